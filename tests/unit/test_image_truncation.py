"""What lies behind the end of an image says nothing about it; zeros in place of the end do."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pillow_heif import from_pillow

from crossnet.images import decode

FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"film " * 40 + bytes(200)  # as in a telephone's motion photograph


def whole(form: str) -> bytes:
    stream = io.BytesIO()
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    if form == "HEIF":
        from_pillow(image).save(stream, format="HEIF")
    else:
        image.save(stream, form, **({"progressive": True, "restart_marker_rows": 1} if form == "JPEG" else {}))
    return stream.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("behind", [b"PK\3\4 an archive", bytes(500), FILM], ids=["data", "zeros", "film"])
def test_a_whole_image_with_data_behind_its_end_is_whole(form: str, behind: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(whole(form) + behind)
    assert decode(tmp_path / "x").size == (64, 64)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF", "HEIF"])
def test_an_image_whose_end_is_zeros_broke_off(form: str, tmp_path: Path) -> None:
    content = whole(form)
    (tmp_path / "x").write_bytes(content[: len(content) * 2 // 3].ljust(len(content), b"\0"))
    with pytest.raises(OSError, match="truncated: it ends in zeros"):
        decode(tmp_path / "x")


def test_the_end_of_a_thumbnail_is_not_the_end(tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    Image.new("RGB", (8, 8)).save(thumbnail, "JPEG")
    stream = io.BytesIO()
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    noise.save(stream, "JPEG", exif=b"Exif\0\0" + thumbnail.getvalue())
    content = stream.getvalue()
    (tmp_path / "x.jpg").write_bytes(content[: len(content) * 2 // 3].ljust(len(content), b"\0"))
    with pytest.raises(OSError, match="truncated: it ends in zeros"):
        decode(tmp_path / "x.jpg")

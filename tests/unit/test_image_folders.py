"""One rule of what is an image: by name or by content, and nothing but regular files."""

import io
import os
import socket
from pathlib import Path

import pytest
from PIL import Image

from crossnet.image_folders import is_image, list_folder, list_images
from tests.support.littered import LITTER, litter


def content(form: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, form)
    return stream.getvalue()


def test_companions_are_counted_and_what_is_no_file_is_named(tmp_path: Path) -> None:
    litter(tmp_path)
    for name in ("b.JPG", "a.png", "ä b.webp", "text that is named.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / ".hidden").mkdir()
    found = list_folder(tmp_path)
    assert [path.name for path in found.images] == ["a.png", "b.JPG", "text that is named.jpg", "ä b.webp"]
    assert {path.name for path in found.companions} == set(LITTER)
    assert [path.name for path in found.folders] == ["folder.png"]
    assert {path.name for path in found.others} == {"gone.jpg", "loop.jpg", "pipe.jpg"}


def test_a_socket_and_a_device_are_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(tmp_path / "x.png"))
        (tmp_path / "zero.png").symlink_to("/dev/zero")
        assert {path.name: kind for path, kind in list_folder(tmp_path).others.items()} == {
            "x.png": "a socket", "zero.png": "a device",
        }  # fmt: skip


def test_a_link_to_an_image_is_one(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "x.png").write_bytes(content("PNG"))
    (tmp_path / "in" / "x.png").symlink_to(tmp_path / "x.png")
    assert list_images(tmp_path / "in") == [tmp_path / "in" / "x.png"]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "DDS", "QOI"])
@pytest.mark.parametrize("name", ["no extension", "photo.txt", "photo.jpg_large"])
def test_what_begins_as_an_image_is_one_whatever_its_name(form: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content(form))
    assert is_image(tmp_path / name)


@pytest.mark.parametrize("text", [b"", b"BM is what I call my bike\n", b"GIF or PNG?", b"{}", bytes(99)])
def test_what_does_not_is_none(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(text)
    assert not is_image(tmp_path / "notes")


def test_a_raw_photograph_is_the_companion_of_its_jpeg_and_else_an_image(tmp_path: Path) -> None:
    for name in ("IMG_1.CR3", "IMG_1.JPG", "IMG_2.CR3"):
        (tmp_path / name).touch()
    found = list_folder(tmp_path)
    assert [path.name for path in found.images] == ["IMG_1.JPG", "IMG_2.CR3"]
    assert [path.name for path in found.companions] == ["IMG_1.CR3"]

"""Files of kinds that are not read: told by their first bytes, with what to do."""

import io
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.data.preparation.decoding import decode, decode_mask


def box(brand: bytes, *compatible: bytes) -> bytes:
    """The first box of an ISO base media file (ISO/IEC 14496-12, section 4.3) and a little of what follows."""
    brands = b"".join([brand, bytes(4), *compatible])
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + b"\0\0\1\0mdat" + bytes(200)


def zeros_after(head: bytes) -> bytes:
    return head + bytes(300)


FILES = {
    "of an iPhone.HEIC": (box(b"heic", b"mif1", b"heic"), "a HEIC photograph that is not whole; copy or"),
    "of a Samsung.heif": (box(b"mif1", b"heic"), "a HEIC photograph that is not whole; copy"),
    "HEIC called.jpg": (box(b"heix"), "a HEIC photograph that is not whole; copy"),
    "a broken.avif": (box(b"avif", b"mif1"), "an AVIF image that is not whole; copy"),
    "a Canon.CR3": (box(b"crx "), "a Canon RAW photograph; develop it"),
    "a Canon.CR2": (zeros_after(b"II*\0\x10\0\0\0CR\x02\0"), "a Canon RAW photograph; develop it"),
    "a Fuji.RAF": (zeros_after(b"FUJIFILMCCD-RAW 0201"), "a RAW photograph; develop it"),
    "an Olympus.ORF": (zeros_after(b"IIRO\x08\0\0\0"), "a RAW photograph; develop it"),
    "a Panasonic.RW2": (zeros_after(b"IIU\0\x18\0\0\0"), "a RAW photograph; develop it"),
    "a broken.psd": (zeros_after(b"8BPS\0\1"), "a Photoshop document; export it"),
    "a scan.pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF document; take its pictures out"),
    "a figure.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript document; export it"),
    "a drawing.svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing; export it"),
    "a.jxl": (zeros_after(b"\xff\x0a"), "a JPEG XL image; convert it"),
    "a film.mp4": (box(b"isom", b"mp42"), "a video; take single frames"),
    "a film.mov": (box(b"qt  "), "a video; take single frames"),
    "photographs.zip": (zeros_after(b"PK\x03\x04\x14\0"), "an archive; unpack it"),
    "a page.jpg": (b"\n<!DOCTYPE html><html><body>403</body></html>", "a web page; download the image itself"),
    "a pointer.png": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a pointer of Git LFS; fetch"),
    "empty.png": (b"", "an empty file; copy or download"),
    "zeros.png": (bytes(9000), "nothing but zeros; copy or download"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_kind_is_told_with_its_remedy_whatever_the_name(name: str, tmp_path: Path) -> None:
    content, told = FILES[name]
    (tmp_path / name).write_bytes(content)
    for read in (decode, decode_mask):
        with pytest.raises(OSError, match=f"^{told}") as caught:
            read(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_what_is_not_known_is_told_as_pillow_does(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"which of these are mine?")
    with pytest.raises(OSError, match=r"^no image of a known format$"):
        decode(tmp_path / "notes.txt")


def tiff(**tags: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (16, 12), "red").save(
        stream, "TIFF", tiffinfo={int(tag[1:]): value for tag, value in tags.items()}
    )
    return stream.getvalue()


@pytest.mark.parametrize("content", [tiff(t254=1), tiff(t50706=1)], ids=["a preview first", "a digital negative"])
def test_of_a_raw_photograph_the_preview_is_not_taken_for_it(content: bytes, tmp_path: Path) -> None:
    """Pillow reads a NEF or DNG file as a TIFF of some 160x120 pixels."""
    (tmp_path / "DSC_1.NEF").write_bytes(content)
    with Image.open(tmp_path / "DSC_1.NEF") as image:
        assert image.size == (16, 12)
    with pytest.raises(OSError, match=r"^a RAW photograph, of which a small preview alone could be read; develop it"):
        decode(tmp_path / "DSC_1.NEF")


@pytest.mark.parametrize("head", [b"II*\0", b"MM\0*", b"II*\0\xff\xff\xff\xff" + bytes(20), tiff()[:60]])
def test_a_damaged_tiff_is_refused_and_a_plain_one_is_read(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_bytes(head)
    with pytest.raises(OSError, match=r"."):
        decode(tmp_path / "x.tif")
    (tmp_path / "x.tif").write_bytes(tiff())
    assert np.unique(decode(tmp_path / "x.tif"), axis=0).tolist() == [[[255, 0, 0]] * 16]


def test_an_odd_file_that_is_read_warns_of_nothing(tmp_path: Path) -> None:
    """As a palette with its transparency in bytes does."""
    image = Image.new("P", (8, 8))
    image.putpalette([200, 10, 10])
    image.save(tmp_path / "x.png", transparency=b"\xff\x80")
    with warnings.catch_warnings(action="error"):
        assert decode(tmp_path / "x.png").getpixel((0, 0)) == (200, 10, 10)

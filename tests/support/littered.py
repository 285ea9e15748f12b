"""A folder as telephones, systems and people leave it."""

import os
from pathlib import Path

LITTER = {
    "IMG_1.MOV": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(99),
    "IMG_2.mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(99),
    "IMG_1.AAE": b'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict/></plist>\n',
    "IMG_1.HEIC.json": b'{"title": "IMG"}',
    "IMG_1.xmp": b"<x:xmpmeta/>",
    "GOPR1.THM": b"\xff\xd8\xff\xe0 a thumbnail of a film",
    "README": b"from my holiday\n",
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ".DS_Store": b"\0\0\0\1Bud1",
    "._IMG_1.JPG": b"\0\5\x16\7 a fork",
}  # fmt: skip


def litter(folder: Path) -> None:
    """Leave companions, a pipe, a link to nothing and a loop of links in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in LITTER.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe.jpg")
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")

"""Detect image files that end in zeros because a copy or a download was interrupted.

Some decoders make up the missing part of an image. Where the file has its full size, the only sign is zeros at the end
of the image. Zeros behind the end are normal: telephones and cameras append data and padding.
"""

from collections.abc import Iterator
from io import SEEK_END
from mmap import ACCESS_READ, mmap
from pathlib import Path

JPEGS = ("JPEG", "MPO")
MENDED = frozenset((*JPEGS, "WEBP", "AVIF", "HEIF"))  # formats whose decoders make up a missing part
ZEROS = bytes(64)
ALONE = (0x01, *range(0xD0, 0xD8))  # JPEG markers without a length
SCAN, END = 0xDA, 0xD9


def broke_off(path: Path, form: str | None) -> bool:
    """Whether an image file has zeros in place of its end; `form` is Pillow's name of its format."""
    if form not in MENDED:
        return False
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, SEEK_END) - len(ZEROS)))
        if file.read() != ZEROS:
            return False
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            if form in JPEGS:
                return not _has_end(data)
            ends = [8 + int.from_bytes(data[4:8], "little")] if form == "WEBP" else _ends_of_boxes(data)
            return any(data[max(0, end - len(ZEROS)) : end] == ZEROS for end in ends)


def _has_end(data: mmap) -> bool:
    """Whether the segments of a JPEG lead to its end (ITU-T T.81, annex B)."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == END:
            return True
        if marker == 0xFF:
            place += 1
        elif marker in ALONE:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
            if marker == SCAN:
                place = _next_marker(data, place)
    return data[place : place + 2] == bytes((0xFF, END))


def _next_marker(data: mmap, place: int) -> int:
    """Return the position of the first marker behind a scan, where 0xFF precedes only 0 or restarts."""
    while (place := data.find(b"\xff", place)) >= 0:
        if place + 1 < len(data) and data[place + 1] != 0 and data[place + 1] not in ALONE:
            return place
        place += 2
    return len(data)


def _ends_of_boxes(data: mmap) -> Iterator[int]:
    """Yield the ends of the media data of a HEIF or AVIF file (ISO/IEC 14496-12, section 4.2)."""
    place = 0
    while place + 16 <= len(data):
        size, name = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        end = len(data) if size == 0 and name.strip(b"\0") else place + size
        if name == b"mdat":
            yield min(end, len(data))
        if end < place + 8:
            return
        place = end

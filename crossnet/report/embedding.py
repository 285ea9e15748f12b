"""Pictures as data: URIs, within the room that a page has for them."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

AS_IT_IS = 12_000  # bytes of a test image, at most, that is embedded as it is; what is larger, as WebP
LARGEST = 256  # pixels of a test image's longer edge; what is larger is reduced
QUALITY = 85  # of test images as WebP
LOWEST, STEP = 28, 20  # to which and by how much the quality of a figure is lowered until it fits
REDUCED = 0.5  # of a figure's edges, where that was not enough


@dataclass(frozen=True)
class Picture:
    """An embedded picture: its data: URI, its size in pixels, and whether its pixels are those of the file."""

    uri: str
    width: int
    height: int
    exact: bool


class Album:
    """Test images by their files; each is embedded once, however often it is shown."""

    def __init__(self) -> None:
        self._embedded: dict[Path, Picture] = {}
        self._numbers: dict[Path, int] = {}

    def number(self, path: Path) -> int:
        """The place of an image among `pictures`."""
        return self._numbers.setdefault(path, len(self._numbers))

    @property
    def pictures(self) -> list[Picture]:
        """All images that were given a number, in their order."""
        return [self._embed(path) for path in self._numbers]

    def weight(self, paths: Iterable[Path]) -> int:
        """Bytes that these images take in a page."""
        return sum(len(self._embed(path).uri) for path in set(paths))

    def _embed(self, path: Path) -> Picture:
        if path not in self._embedded:
            self._embedded[path] = embed(path)
        return self._embedded[path]


def embed(path: Path) -> Picture:
    """A test image: the PNG as it is where it is small, else as WebP of at most LARGEST pixels a side."""
    data = path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        if len(data) <= AS_IT_IS and max(image.size) <= LARGEST and image.format == "PNG":
            return Picture(_uri(data, "png"), *image.size, exact=True)
        small = image.convert("RGB")
        small.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
        return Picture(_uri(_webp(small, QUALITY), "webp"), *small.size, exact=False)


def figure_uri(path: Path, most: int) -> str:
    """A figure as a data: URI of at most `most` bytes or so: PNG as it is, else WebP, worse and then smaller."""
    data = path.read_bytes()
    if len(data) * 4 // 3 <= most:
        return _uri(data, "png")
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    quality = QUALITY + 3
    while len(uri := _uri(_webp(image, quality), "webp")) > most and min(image.size) > 1:
        if quality - STEP >= LOWEST:
            quality -= STEP
        else:
            image = image.resize([max(1, round(edge * REDUCED)) for edge in image.size], Image.Resampling.LANCZOS)
    return uri


def _webp(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"

"""Images of the report as data URIs, within the bytes that the page may have."""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from crossnet.figures.registry import DrawnFigure

MAX_PNG_BYTES = 12_000  # a larger image is embedded as WebP
MAX_EDGE = 256  # pixels of the longer edge; a larger image is reduced
QUALITY = 85  # of WebP
MIN_QUALITY, QUALITY_STEP = 28, 20  # to which and by which the quality of a figure is lowered until it fits
REDUCTION = 0.5  # of a figure's edges, where the lowest quality is not enough
MAX_FIGURES_BYTES = 3_500_000  # of all figures, in both themes
MAX_FIGURE_BYTES = 550_000  # of one figure in one theme


@dataclass(frozen=True)
class EmbeddedImage:
    """An image of the page: its data URI, its size in pixels, and whether its pixels are exactly those of the file."""

    uri: str
    width: int
    height: int
    exact: bool


class Album:
    """The images of the page by their files; each is embedded once, however often it is shown."""

    def __init__(self) -> None:
        self._embedded: dict[Path, EmbeddedImage] = {}
        self._numbers: dict[Path, int] = {}

    def number(self, path: Path) -> int:
        """Return the index of an image in `images`, and add it where it is new."""
        return self._numbers.setdefault(path, len(self._numbers))

    @property
    def images(self) -> list[EmbeddedImage]:
        return [self._embed(path) for path in self._numbers]

    def size(self, paths: Iterable[Path]) -> int:
        """Return the bytes that images take in the page."""
        return sum(len(self._embed(path).uri) for path in set(paths))

    def _embed(self, path: Path) -> EmbeddedImage:
        if path not in self._embedded:
            self._embedded[path] = embed(path)
        return self._embedded[path]


def embed(path: Path) -> EmbeddedImage:
    """Embed an image: a small PNG as it is, any other as WebP with at most MAX_EDGE pixels a side."""
    data = path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        if len(data) <= MAX_PNG_BYTES and max(image.size) <= MAX_EDGE and image.format == "PNG":
            return EmbeddedImage(_uri(data, "png"), *image.size, exact=True)
        small = image.convert("RGB")
        small.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS)
        return EmbeddedImage(_uri(_webp(small, QUALITY), "webp"), *small.size, exact=False)


def embed_figures(figures: Sequence[DrawnFigure]) -> list[dict[str, Any]]:
    """Return the figures as in the data of the report, with data URIs in place of files."""
    most = min(MAX_FIGURE_BYTES, MAX_FIGURES_BYTES // max(1, 2 * len(figures)))
    embedded = []
    for figure in figures:
        with Image.open(figure.light) as image:
            width, height = image.size
        embedded.append({
            "title": figure.title,
            "caption": figure.caption,
            "alt": figure.alt,
            "kind": figure.kind,
            "width": width,
            "height": height,
            "light": figure_uri(figure.light, most),
            "dark": figure_uri(figure.dark, most),
        })  # fmt: skip
    return embedded


def figure_uri(path: Path, most: int) -> str:
    """Return a figure as a data URI of about `most` bytes: PNG if it fits, else a WebP that does."""
    data = path.read_bytes()
    if len(data) * 4 // 3 <= most:
        return _uri(data, "png")
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    quality = QUALITY + 3
    while len(uri := _uri(_webp(image, quality), "webp")) > most and min(image.size) > 1:
        if quality - QUALITY_STEP >= MIN_QUALITY:
            quality -= QUALITY_STEP
        else:
            image = image.resize([max(1, round(edge * REDUCTION)) for edge in image.size], Image.Resampling.LANCZOS)
    return uri


def _webp(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def _uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"

"""Which of the images that were found are kept, and why the others are not."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.download.addresses import PassingError, WebError
from crossnet.data.download.web import Web
from crossnet.data.image_search.found import Found, SearchError
from crossnet.data.image_search.store import Served, Store
from crossnet.escaping import one_line
from crossnet.images import decode, open_image, pixels

SUFFIXES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "TIFF": "tif", "BMP": "bmp"}
FAILURES = 5  # images in a row that no server gives: then it is the network


@dataclass(frozen=True)
class Rules:
    """What an image has to be."""

    licences: tuple[str, ...]  # names of `licences.NAMES`
    smallest: int  # pixels of its shorter edge
    max_bytes: int  # of its file
    hash_distance: int  # bits of 64; two of which no more differ look the same
    white_above: float  # a level, 0 to 255, of R, G and B: what counts as white in a white border
    white_share: float  # of the border, that has to be white


@dataclass(frozen=True)
class Kept:
    """An image that is used."""

    found: Found
    served: Served
    name: str  # of its file, "<name>.<suffix>", from its address
    suffix: str
    phash: str
    width: int  # pixels, EXIF orientation applied
    height: int


class ImageFilter:
    """Judges images one after the other; what looks like one that it kept before is a duplicate."""

    def __init__(self, web: Web, store: Store, rules: Rules) -> None:
        self.web, self.store, self.rules = web, store, rules
        self.seen = Seen(rules.hash_distance)
        self.failing: dict[str, str] = {}  # addresses since the last that was served, and why

    def accept(self, found: Found, white: bool) -> Kept | str:
        """An image in full, or the reason why it is refused; `white`: it has to have a white border.

        Asks for its file unless the store has it. Raises SearchError when no server gives anything any more.
        """
        if found.licence not in self.rules.licences:
            return f"licence {found.licence}: not one of {', '.join(self.rules.licences)}"
        if found.width and found.height and min(found.width, found.height) < self.rules.smallest:
            return self._too_small(found.width, found.height)
        served = self.store.served(found.url) or self._ask(found.url)
        if isinstance(served, str) or served.refused:
            return served if isinstance(served, str) else served.refused
        path = self.store.file(found.url)
        try:
            suffix, image = _read(path)
        except OSError as error:
            reason = str(error).replace(f" {str(path)!r}", "")  # which says nothing to who reads the table
            return f"not decodable: {one_line(reason)}"
        if min(image.size) < self.rules.smallest:
            return self._too_small(*image.size)
        if white and (share := white_share(pixels(image), self.rules.white_above)) < self.rules.white_share:
            return f"border not white: {share:.2f} of it is, wanted {self.rules.white_share}"
        phash = perceptual_hash(image)
        if before := self.seen.like(phash):
            return f"duplicate of {before}"
        name = hashlib.sha256(found.url.encode()).hexdigest()[:16]
        self.seen.add(phash, name)
        return Kept(found, served, name, suffix, phash, *image.size)

    def settle(self) -> None:
        """Remember what was not served as not to be had: others were."""
        for url, reason in self.failing.items():
            self.store.refuse(url, reason)
        self.failing.clear()

    def _ask(self, url: str) -> Served | str:
        """What a server gives, kept; or why it gives nothing for now, which is remembered once others are served."""
        try:
            content, headers = self.web.content(url, self.rules.max_bytes)
        except WebError as error:
            reason = f"not served: {one_line(error)}"
            if not _may_pass(error):
                return self.store.refuse(url, reason)
            self.failing[url] = reason
            if len(self.failing) == FAILURES:
                raise SearchError(
                    f"{FAILURES} images in a row are not served, the last: {error}; look at the network, and run the "
                    "same again: it goes on from here"
                ) from error
            return reason
        self.settle()
        if word := _no_ai(headers.get("X-Robots-Tag", "")):
            return self.store.refuse(url, f"X-Robots-Tag: {word}")
        return self.store.keep_image(url, content)

    def _too_small(self, width: int, height: int) -> str:
        return f"too small: {width}x{height}, wanted {self.rules.smallest} pixels or more"


def _read(path: Path) -> tuple[str, Image.Image]:
    """An image in full, and the suffix of its format. Raises OSError as `decode`, and for other formats."""
    image = decode(path)
    with open_image(path) as file:
        if file.format not in SUFFIXES:
            raise OSError(f"{file.format}, wanted one of {', '.join(SUFFIXES)}")
        return SUFFIXES[file.format], image


def _may_pass(error: WebError) -> bool:
    """Whether a fault is of the moment: no connection, a time-out, too many requests, an error of the server's."""
    return isinstance(error.__cause__, PassingError) or error.status == 429 or (error.status or 0) >= 500


def _no_ai(robots: str) -> str:
    """The directive of an X-Robots-Tag that forbids this use, to whomever it is addressed; "" if there is none."""
    words = {word.strip().lower() for part in robots.split(",") for word in part.split(":")}
    return next((word for word in ("noai", "noimageai") if word in words), "")


WIDTH = 0.02  # of the border, as a share of the shorter edge; at least a pixel


def white_share(rgb: NDArray[np.uint8], above: float) -> float:
    """The share of the border's pixels, all around, with each of R, G and B at `above` or more.

    rgb: (H, W, 3) uint8; above: a level, 0 to 255; returns a value in [0, 1].
    """
    height, width, _ = rgb.shape
    edge = max(1, round(WIDTH * min(height, width)))
    border = np.ones((height, width), dtype=bool)
    border[edge : height - edge, edge : width - edge] = False
    return float((rgb[border].min(axis=1) >= above).mean())


def perceptual_hash(image: Image.Image) -> str:
    """A picture's pHash, 64 bits as 16 hexadecimal digits: which of its low frequencies are above their median."""
    return str(imagehash.phash(image))


class Seen:
    """The hashes of what was kept, in order, each with its name."""

    def __init__(self, distance: int) -> None:
        """distance: the most bits, of 64, in which two pictures that look the same differ."""
        self.distance = distance
        self.names: list[str] = []
        self._hashes: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)

    def like(self, phash: str) -> str | None:
        """The name of the first that looks the same, or None."""
        bits = np.bitwise_count(self._hashes ^ np.uint64(int(phash, 16)))
        near = np.flatnonzero(bits <= self.distance)
        return self.names[near[0]] if len(near) else None

    def add(self, phash: str, name: str) -> None:
        """Remember one that is kept."""
        self.names.append(name)
        self._hashes = np.append(self._hashes, np.uint64(int(phash, 16)))

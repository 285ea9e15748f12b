"""Which of the images that were found are kept, and why the others are not."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from crossnet.data.download.errors import PassingError, WebError
from crossnet.data.download.web import Web
from crossnet.data.search.border import white_share
from crossnet.data.search.duplicates import Seen, perceptual_hash
from crossnet.data.search.found import Found, SearchError
from crossnet.data.search.store import Served, Store
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


class Judge:
    """Judges images one after the other; what looks like one that it kept before is a duplicate."""

    def __init__(self, web: Web, store: Store, rules: Rules) -> None:
        self.web, self.store, self.rules = web, store, rules
        self.seen = Seen(rules.hash_distance)
        self.failing: dict[str, str] = {}  # addresses since the last that was served, and why

    def judge(self, found: Found, white: bool) -> Kept | str:
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

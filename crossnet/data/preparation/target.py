"""What every recipe does to an image at last: fit into a square, resize, write; a row says what was done."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from crossnet.data.layout import DESCRIPTION, EVERY_SIDE, NAMES, Record, Split, masks_of, split_of
from crossnet.escaping import one_line
from crossnet.files import write_atomically
from crossnet.images import png, resized

Fit = Literal["stretch", "crop"]  # all of the image as CycleGAN has it, or the square in its middle

# zlib's fastest: prepared images are a cache that training reads once, and the encoder is most of preparation's time
# (benchmarks/prepare.py)
COMPRESS_LEVEL = 1
STRIP = 512  # rows of an image that are hashed at once


@dataclass(frozen=True)
class Target:
    """The folder of a prepared dataset and what its images have to be: squares of pixels, (load_size, size) a side."""

    folder: Path
    load_size: int
    size: int
    fit: Fit

    def begin(self, folders: Iterable[str]) -> None:
        """Make the folders of sides and masks, and take away what an earlier preparation left there."""
        for name in EVERY_SIDE:
            if (self.folder / name).exists():
                shutil.rmtree(self.folder / name)
        for name in (NAMES, DESCRIPTION):
            (self.folder / name).unlink(missing_ok=True)
        for name in folders:
            (self.folder / name).mkdir(parents=True)

    def edge(self, side: str) -> int:
        """Pixels a side: train sides are cropped to `size` in training, so they are larger."""
        return self.load_size if split_of(side) == "train" else self.size

    def put(self, image: Image.Image, side: str, id_: str, file: str, digest: str) -> Record:
        """Write an RGB image, resized by bicubic."""
        part, edge = fitted(image, self.fit), self.edge(side)
        enlarged = min(part.size) < edge
        done = ["cropped to the square in the middle"] * (part.size != image.size)
        done += [f"enlarged from {part.width}x{part.height}"] * enlarged
        write(resized(part, (edge, edge)), self.folder / side / f"{id_}.png")
        return Record(side, id_, file, note="; ".join(done), enlarged=enlarged, digest=digest)

    def put_mask(self, mask: Image.Image, id_: str, file: str, split: Split = "test") -> Record:
        """Write a mask of 0 and 255, resized by nearest neighbour so that it stays one."""
        part = fitted(mask, self.fit).resize((self.size, self.size), Image.Resampling.NEAREST)
        write(part, self.folder / masks_of(split) / f"{id_}.png")
        return Record(masks_of(split), id_, file)


def fitted(image: Image.Image, fit: Fit) -> Image.Image:
    """The part of an image that becomes a square."""
    if fit == "stretch" or image.width == image.height:
        return image
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    return image.crop((left, top, left + edge, top + edge))


def digest_of(image: Image.Image) -> str:
    """SHA-256 of an RGB image's size and pixels: that of two files is the same if they show the same."""
    found = hashlib.sha256(f"{image.width}x{image.height}".encode())
    for top in range(0, image.height, STRIP):  # so that a large image is not in memory once more
        found.update(image.crop((0, top, image.width, min(top + STRIP, image.height))).tobytes())
    return found.hexdigest()


def write(image: Image.Image, path: Path) -> None:
    """Write a PNG whole or not at all."""
    write_atomically(path, png(image, compress_level=COMPRESS_LEVEL))


def unreadable(side: str, id_: str, file: str, error: OSError) -> Record:
    """The row of a file that does not decode."""
    return Record(side, id_, file, "unreadable", one_line(error))

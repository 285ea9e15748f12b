"""Objects with alpha, placed, and set on white or into crops of natural photographs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import brentq

from crossnet.data.layout import split_of
from crossnet.data.names import rank
from crossnet.data.preparation.checks import PreparationError, files_of
from crossnet.escaping import one_line
from crossnet.images import LUMA, decode, pixels, resized

Span = Sequence[float]  # a range: low, high


@dataclass(frozen=True)
class Crops:
    """How crops of scenery are drawn: `reduction` is the range of how many pixels of the photograph, along an edge,
    become one (fewer where it is too small); `luminance` that of the mean (Rec. 601 of sRGB values, in [0, 1])."""

    reduction: Span
    luminance: Span


def on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) uint8, alpha not multiplied in -> (H, W, 3) uint8 on pure white."""
    return on_background(rgba, np.full_like(rgba[..., :3], 255))


def on_background(rgba: NDArray[np.uint8], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) over (H, W, 3), both uint8 -> (H, W, 3) uint8; a partly covered pixel is blended."""
    alpha = rgba[..., 3:].astype(np.float64) / 255
    return (rgba[..., :3] * alpha + background * (1 - alpha) + 0.5).astype(np.uint8)


def mask(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) uint8 -> (H, W) uint8: 255 where the object covers at least half of the pixel, else 0."""
    return np.where(rgba[..., 3] >= 128, 255, 0).astype(np.uint8)


def crop_of_scenery(photograph: Image.Image, size: int, crops: Crops, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Cut a random square out of a photograph, mirrored half of the time, exposed to a mean luminance from a range.

    Returns (size, size, 3) uint8.
    """
    width, height = photograph.size
    edge = max(1, min(height, width, int(_drawn(crops.reduction, rng) * size)))
    x, y = int(rng.integers(0, width - edge + 1)), int(rng.integers(0, height - edge + 1))
    square = photograph.crop((x, y, x + edge, y + edge)).resize((size, size), Image.Resampling.BICUBIC)
    levels = np.asarray(square)
    if rng.random() < 0.5:
        levels = levels[:, ::-1]
    return expose(levels, _drawn(crops.luminance, rng))


def _drawn(span: Span, rng: np.random.Generator) -> float:
    low, high = span
    return rng.uniform(low, high)


def expose(levels: NDArray[np.uint8], luminance: float) -> NDArray[np.uint8]:
    """(H, W, 3) uint8, by a gamma, to the wanted mean luminance in [0, 1]; as near as a gamma in [1/8, 8] comes.

    There are 256 levels, so the mean is that of a table, weighed by how often each is there.
    """
    positive = np.arange(256).clip(1) / 255
    weights = sum(LUMA[i] * np.bincount(levels[..., i].ravel(), minlength=256) for i in range(3)) * 3 / levels.size

    def excess(log_gamma: float) -> float:
        return float(positive ** np.exp(log_gamma) @ weights) - luminance

    bound = float(np.log(8))
    if excess(-bound) <= 0:
        log_gamma = -bound
    elif excess(bound) >= 0:
        log_gamma = bound
    else:
        log_gamma = brentq(excess, -bound, bound, xtol=1e-3)
    return (positive ** np.exp(log_gamma) * 255 + 0.5).astype(np.uint8)[levels]


PLACES = (0.5, 0.5)  # beta distribution: uniform places would cover the middle of a picture most often


@dataclass(frozen=True)
class Placing:
    """`extent`: the range of the share of the picture's side that an object's longer edge takes."""

    extent: Span
    seed: int

    def place(self, rgba: NDArray[np.uint8], edge: int, name: str) -> NDArray[np.uint8]:
        """Scale an object to a random size, keeping its shape, and put it where it fits, as its name and seed decide.

        rgba: (H, W, 4), alpha not multiplied in, with an object. Returns (edge, edge, 4), transparent elsewhere.
        """
        rng = np.random.default_rng(int(rank(self.seed, f"place of {name}")[:16], 16))
        rows, columns = (np.flatnonzero(rgba[..., 3].any(axis)) for axis in (1, 0))
        tight = rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        low, high = self.extent
        scale = rng.uniform(low, high) * edge / max(tight.shape[:2])
        height, width = (max(1, round(scale * length)) for length in tight.shape[:2])
        # Pillow resizes premultiplied colours ("RGBa"), so that what is transparent gives no colour
        part = Image.fromarray(tight).convert("RGBa").resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
        left, top = (round(rng.beta(*PLACES) * (edge - length)) for length in (width, height))
        placed = np.zeros((edge, edge, 4), dtype=np.uint8)
        placed[top : top + height, left : left + width] = np.asarray(part)
        return placed


SHORTEST = 1024  # pixels: photographs are brought down to a shorter edge of so many
LONGEST = 8  # times the shorter edge: of a longer photograph that much is used, from its upper left corner
LARGEST = 4096  # pixels a side, of a crop; a larger one is enlarged from it
IN_MEMORY = 8  # photographs of that size, each process


@dataclass(frozen=True)
class Backdrops:
    """Photographs of each split, and how crops are drawn of them."""

    photographs: Mapping[str, Sequence[Path]]
    crops: Crops
    seed: int

    def crop(self, size: tuple[int, int], side: str, name: str) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, of a width and height, for what has this name, whatever else there is; a square stretched.

        Raises PreparationError for a photograph that does not decode.
        """
        rng = np.random.default_rng(int(rank(self.seed, name)[:16], 16))
        photographs = self.photographs[split_of(side)]
        photograph = _photograph(photographs[int(rng.integers(len(photographs)))])
        edge = min(max(size), LARGEST)
        crop = crop_of_scenery(photograph, edge, self.crops, rng)
        return crop if size == (edge, edge) else pixels(resized(Image.fromarray(crop), size))


def backdrops(folder: Path, layout: str, crops: Crops, seed: int) -> Backdrops:
    """The photographs in the folders train, valid and test of a folder.

    Raises PreparationError with the layout that was expected where one of them has none.
    """
    return Backdrops({split: files_of(folder / split, layout) for split in ("train", "valid", "test")}, crops, seed)


@lru_cache(maxsize=IN_MEMORY)
def _photograph(path: Path) -> Image.Image:
    try:
        photograph = decode(path)
    except OSError as error:
        raise PreparationError(f"{path}: scenery that cannot be read: {one_line(error)}") from error
    width, height = (min(side, LONGEST * min(photograph.size)) for side in photograph.size)
    photograph = photograph.crop((0, 0, width, height))
    scale = SHORTEST / min(photograph.size)
    if scale >= 1:
        return photograph
    size = max(1, round(photograph.width * scale)), max(1, round(photograph.height * scale))
    return photograph.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)

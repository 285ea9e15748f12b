"""Synthetic photographs of products on white, for measuring where the real ones cannot be had."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

EDGE = 136  # pixels a side: the square images of UT Zappos50K (Yu and Grauman 2014)
FINER = 4  # times as many when drawn, so that the pixels of an edge are mixtures
Outline = tuple[tuple[float, float], ...]  # corners, in shares of the box that a shoe fills
UPPER: Outline = (
    (0.02, 0.05), (0.20, 0.00), (0.30, 0.10), (0.42, 0.38), (0.62, 0.56), (0.86, 0.62), (0.97, 0.74), (0.98, 0.86),
    (0.0, 0.86),
)  # fmt: skip
SOLE: Outline = (
    (0.0, 0.84),
    (0.99, 0.84),
    (1.0, 0.95),
    (0.95, 1.0),
    (0.32, 1.0),
    (0.30, 0.95),
    (0.24, 0.95),
    (0.23, 1.0),
    (0.01, 1.0),
)
TRIM: Outline = ((0.10, 0.86), (0.30, 0.52), (0.40, 0.56), (0.22, 0.86))  # white, inside of the shoe


def draw(path: Path, seed: int) -> None:
    """Write a shoe on white as a JPEG of EDGE pixels; its proportions, colours, grain and quality are the seed's."""
    rng = np.random.default_rng(seed)
    width, height = EDGE * rng.uniform(0.7, 0.92), EDGE * rng.uniform(0.35, 0.8)
    box = ((EDGE - width) / 2, (EDGE - height) / 2, width, height)
    light = _grain(rng)
    picture = np.full((EDGE * FINER, EDGE * FINER, 3), 255.0)
    for outline, colour in (
        (UPPER, rng.uniform(15, 225, 3)),
        (SOLE, rng.uniform(15, 245, 3)),
        (TRIM, np.full(3, 252.0)),
    ):
        inside = _inside(outline, box, rng)
        picture[inside] = (colour * (light[inside][:, None] if outline is not TRIM else 1)).clip(0, 252)
    small = Image.fromarray(picture.astype(np.uint8)).resize((EDGE, EDGE), Image.Resampling.BOX)
    small.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.6))).save(path, quality=int(rng.integers(75, 96)))


def _grain(rng: np.random.Generator) -> NDArray[np.float64]:
    """What the colour is multiplied by, smooth: (EDGE * FINER, EDGE * FINER), about 0.7 to 1.3."""
    coarse = Image.fromarray(rng.integers(0, 256, (EDGE // 8, EDGE // 8), dtype=np.uint8))
    return 0.7 + 0.6 * np.asarray(coarse.resize((EDGE * FINER,) * 2, Image.Resampling.BICUBIC), dtype=np.float64) / 255


def _inside(outline: Outline, box: tuple[float, float, float, float], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Where an outline is, its corners moved a little: (EDGE * FINER, EDGE * FINER)."""
    left, top, width, height = box
    corners = np.array(outline) + rng.normal(0, 0.008, (len(outline), 2))
    image = Image.new("1", (EDGE * FINER, EDGE * FINER))
    places = (corners * (width, height) + (left, top)) * FINER
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in places], fill=1)
    return np.asarray(image)

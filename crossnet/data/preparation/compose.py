"""Objects with alpha, set on white or into scenery."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import brentq

from crossnet.images import LUMA

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

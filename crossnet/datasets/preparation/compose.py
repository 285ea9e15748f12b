"""Objects with alpha, set on white or into scenery."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import brentq

from crossnet.images import LUMA

Span = tuple[float, float]  # a range, low to high


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


def crop_of_scenery(
    photograph: Image.Image, size: int, side: str, reduction: Span, luminance: Span, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A random square of a photograph, mirrored half of the time, exposed to a mean luminance drawn from a range.

    `side` "train" takes it from the left three quarters, "test" from the right quarter: no test scenery is seen in
    training. `reduction` is the range of how many pixels of the photograph, along an edge, become one (fewer where it
    is too small); `luminance` that of the mean (Rec. 601 of sRGB values, in [0, 1]). Returns (size, size, 3) uint8.
    """
    width, height = photograph.size
    cut = width * 3 // 4
    left, right = (0, cut) if side == "train" else (cut, width)
    edge = max(1, min(height, right - left, int(rng.uniform(*reduction) * size)))
    x, y = int(rng.integers(left, right - edge + 1)), int(rng.integers(0, height - edge + 1))
    square = photograph.crop((x, y, x + edge, y + edge)).resize((size, size), Image.Resampling.BICUBIC)
    values = np.asarray(square, dtype=np.float64) / 255
    if rng.random() < 0.5:
        values = values[:, ::-1]
    return (expose(values, rng.uniform(*luminance)) * 255 + 0.5).astype(np.uint8)


def expose(values: NDArray[np.float64], luminance: float) -> NDArray[np.float64]:
    """(H, W, 3) in [0, 1], by a gamma, to the wanted mean luminance; as near as a gamma in [1/8, 8] comes."""
    positive = values.clip(1 / 255, 1)

    def excess(log_gamma: float) -> float:
        return float((positive ** np.exp(log_gamma) @ LUMA).mean()) - luminance

    bound = float(np.log(8))
    if excess(-bound) <= 0:
        return positive ** np.exp(-bound)
    if excess(bound) >= 0:
        return positive ** np.exp(bound)
    return positive ** np.exp(brentq(excess, -bound, bound, xtol=1e-3))

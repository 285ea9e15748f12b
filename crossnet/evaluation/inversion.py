"""Colour inversion, a failure of translators without paired data: dark becomes light and light dark."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crossnet.images import luminance


def correlations(
    translated: Sequence[NDArray[np.uint8]],
    inputs: Sequence[NDArray[np.uint8]],
    masks: Sequence[NDArray[np.bool_]] | None = None,
) -> NDArray[np.float64]:
    """Pearson's correlation of the luminance (Rec. 601) of each translation with its input's, pixel by pixel: (N,).

    In [-1, 1], below 0 where an image is more inverted than kept; NaN where one of the two has a single luminance.
    Images are (H, W, 3) uint8. With masks (True on the object) it is of the object's pixels: a background that is to
    become white says nothing.
    """
    where = [np.ones(x.shape[:2], np.bool_) for x in inputs] if masks is None else masks
    return np.array(
        [
            _correlation(luminance(x)[mask], luminance(y)[mask])
            for x, y, mask in zip(translated, inputs, where, strict=True)
        ]
    )


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Of two (P,)."""
    if not len(x):
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x**2).sum() * (y**2).sum())
    return float(np.clip((x * y).sum() / size, -1, 1)) if size > 1e-9 * len(x) else float("nan")

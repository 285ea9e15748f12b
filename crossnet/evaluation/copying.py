"""Copying of the input, a failure of translators that a reconstruction loss rewards: nothing is translated."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHIFTS = 5  # pairings of inputs with real images of the target that the domains' difference is the mean of

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)


def copying(translated: Images, inputs: Images, real: Images) -> NDArray[np.float64]:
    """How much of a copy of its input each translation is, (N,) in [0, 1]: 1 is the input, 0 as far as the target is.

    It is 1 - d(translation, input) / D, at least 0, with d the mean absolute difference of pixels and D its mean over
    inputs and real images of the target that do not belong together: the i-th and the (i + 1)-th, to the (i + 5)-th.
    NaN where there is no D: without real images, or where they are all the inputs.
    """
    shifts = range(1, 1 + max(1, min(SHIFTS, len(real) - 1)))
    pairs = [(x, real[(i + shift) % len(real)]) for shift in shifts for i, x in enumerate(inputs) if real]
    between = float(np.mean([_difference(x, y) for x, y in pairs])) if pairs else 0.0
    changes = np.array([_difference(x, y) for x, y in zip(translated, inputs, strict=True)])
    return np.maximum(0.0, 1 - changes / between) if between else np.full(len(changes), np.nan)


def _difference(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> float:
    return float(np.abs(x.astype(np.int16) - y).mean())

"""The signs of failure of one direction, for every run: inversion, copying, collapse of translations and of codes."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.collapse import spread
from crossnet.evaluation.distances import Sets

COPIED = 0.9  # of `copying`: the image changed by less than a tenth of what lies between the domains


def signs(
    name: str, each: Mapping[str, NDArray[np.float64]], sets: Sets, codes: Mapping[str, float]
) -> dict[str, float]:
    """What `correlations` and `copying` found in each image, as means and shares, and what the features tell.

    - `_correlation`, and `_inverted`, the share of images where it is below 0;
    - `_copying`, and `_copied`, the share of images where it is above 0.9;
    - `_spread` and `_spread_real`: the translations' spread over that of the inputs, and of the target's test images;
    - what `code_signs` found.

    each: `correlation` and `copying`, (N,), NaN where an image has none. What cannot be told is left out.
    """
    correlation, copied = (values[np.isfinite(values)] for values in (each["correlation"], each["copying"]))
    found: dict[str, float] = {}
    if len(correlation):
        found |= {"correlation": float(correlation.mean()), "inverted": float((correlation < 0).mean())}
    if len(copied):
        found |= {"copying": float(copied.mean()), "copied": float((copied > COPIED).mean())}
    for key, others in (("spread", sets.source), ("spread_real", sets.real)):
        if np.isfinite(ratio := spread(sets.translations, others)):
            found[key] = ratio
    return {f"{name}_{key}": value for key, value in (found | dict(codes)).items()}

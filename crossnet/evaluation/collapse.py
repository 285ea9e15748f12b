"""Mode collapse (Goodfellow et al. 2014): many inputs, few different translations."""

import numpy as np
from numpy.typing import NDArray


def spread(translations: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The variance of features (N, F) of translations over that of others' (M, F), each summed over features.

    That sum is half of the mean squared distance between two images, by which diversity is usually measured. Near 0 the
    translations have collapsed, 1 is as much variety as the others have. NaN below 2 images a side, and where the
    others are all the same.
    """
    if min(len(translations), len(others)) < 2:
        return float("nan")
    of_others = others.var(0, ddof=1).sum()
    return float(translations.var(0, ddof=1).sum() / of_others) if of_others else float("nan")

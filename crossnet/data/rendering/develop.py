"""Linear light to pictures: exposure, a soft shoulder, sRGB."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from crossnet.images import LUMA


def develop(linear: NDArray[np.float64], exposure: float) -> NDArray[np.float64]:
    """(H, W, 3) linear light, at least 0, to sRGB in [0, 1]; `exposure` is the natural logarithm of a factor."""
    rolled = 1 - np.exp(-linear * np.exp(exposure))  # highlights approach white and do not clip
    return np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)


def exposure_for(linear: NDArray[np.float64], alpha: NDArray[np.float64], luminance: float) -> float:
    """The exposure at which an object's mean luminance is the wanted one.

    linear: (H, W, 3). alpha: (H, W, 1), the object's share of each pixel. luminance: Rec. 601 of sRGB, in [0, 1].
    """

    def excess(exposure: float) -> float:
        return float((develop(linear, exposure) @ LUMA * alpha[..., 0]).sum() / alpha.sum()) - luminance

    return float(brentq(excess, -12, 12, xtol=1e-3))

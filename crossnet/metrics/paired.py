"""Against the truth, where there is one: PSNR and SSIM, by scikit-image."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

MSE_OF_HALF_A_LEVEL = 0.25  # the finest that 8 bits can tell; keeps the PSNR of equal images finite


def paired(
    translated: Sequence[NDArray[np.uint8]], truths: Sequence[NDArray[np.uint8]]
) -> dict[str, NDArray[np.float64]]:
    """PSNR in dB and SSIM (Wang et al. 2004: Gaussian window, sigma 1.5) of each image (H, W, 3) uint8: (N,) each.

    Equal images count as 54.2 dB, not as infinite. Images are at least 11 pixels a side, the window's size.
    """
    best = 10 * np.log10(255**2 / MSE_OF_HALF_A_LEVEL)
    with np.errstate(divide="ignore"):
        psnr = [min(best, peak_signal_noise_ratio(y, x)) for x, y in zip(translated, truths, strict=True)]
    ssim = [
        structural_similarity(y, x, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
        for x, y in zip(translated, truths, strict=True)
    ]
    return {"psnr": np.array(psnr), "ssim": np.array(ssim)}

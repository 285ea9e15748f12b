"""Against the truth, where there is one: PSNR and SSIM, by scikit-image, of whole images and of parts of them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

MSE_OF_HALF_A_LEVEL = 0.25  # the finest that 8 bits can tell; keeps the PSNR of equal images finite
BEST_PSNR = float(10 * np.log10(255**2 / MSE_OF_HALF_A_LEVEL))  # 54.2 dB, which equal images have
WINDOW = 11  # pixels a side of SSIM's Gaussian window
MARGIN = WINDOW // 2

Image = NDArray[np.uint8]  # (H, W, 3)
Parts = Mapping[str, Sequence[NDArray[np.bool_]]]  # a part's name -> its mask (H, W) in each image


def paired(translated: Sequence[Image], truths: Sequence[Image], parts: Parts) -> dict[str, NDArray[np.float64]]:
    """`psnr` in dB and `ssim` (Wang et al. 2004: Gaussian window, sigma 1.5) of each image: (N,) each.

    `psnr_<part>` is of the mean squared error over the pixels of a part, `ssim_<part>` the mean of the map of SSIM over
    them. That map has the places whose window lies within the image, as for the whole. NaN where an image has no pixel
    of a part. Equal images count as 54.2 dB, not as infinite. Images are at least 11 pixels a side, the window's size.
    """
    errors = [((y.astype(np.float64) - x) ** 2).mean(-1) for x, y in zip(translated, truths, strict=True)]
    maps = [_ssim(x, y) for x, y in zip(translated, truths, strict=True)]
    found = {"psnr": np.array([_psnr(error) for error in errors]), "ssim": np.array([each.mean() for each in maps])}
    for name, masks in parts.items():
        inner = [mask[MARGIN:-MARGIN, MARGIN:-MARGIN] for mask in masks]
        found[f"psnr_{name}"] = np.array([_psnr(error[mask]) for error, mask in zip(errors, masks, strict=True)])
        found[f"ssim_{name}"] = np.array(
            [each[mask].mean() if mask.any() else np.nan for each, mask in zip(maps, inner, strict=True)]
        )
    return found


def _psnr(errors: NDArray[np.float64]) -> float:
    """Of the squared errors of pixels, each the mean over channels."""
    if not errors.size:
        return float("nan")
    return float(10 * np.log10(255**2 / max(errors.mean(), MSE_OF_HALF_A_LEVEL)))


def _ssim(x: Image, y: Image) -> NDArray[np.float64]:
    """The map of SSIM, the mean over channels, of the places whose window lies within the image."""
    _, found = structural_similarity(
        y, x, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    inner: NDArray[np.float64] = found[MARGIN:-MARGIN, MARGIN:-MARGIN].mean(-1)
    return inner

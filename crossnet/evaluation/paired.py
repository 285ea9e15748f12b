"""PSNR and SSIM (Wang et al. 2004, "Image quality assessment") against the truth, of whole images and of parts.

The values of the untranslated input have the suffix `_input`: the floor.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.registry import Metric, Result, Value, finite_mean
from crossnet.evaluation.testset import Direction, Image, Images, Masks

MSE_OF_HALF_A_LEVEL = 0.25  # the finest difference that 8 bits show; keeps the PSNR of equal images finite
BEST_PSNR = float(10 * np.log10(255**2 / MSE_OF_HALF_A_LEVEL))  # 54.2 dB, of equal images
WINDOW = 11  # pixels a side of SSIM's Gaussian window
MARGIN = WINDOW // 2

INPUT = {"_input": "untranslated input"}
BACKGROUND_NOTE = " Where the background is to stay, the untranslated input has the best value that there can be."
PSNR = Value(
    "{}, PSNR, dB",
    "Peak signal-to-noise ratio of the translation against the truth, mean over images.",
    "higher",
    INPUT,
    best=54.2,
    margin="psnr",
    table=True,
    compared=True,
    digits=1,
)
SSIM = Value(
    "{}, SSIM",
    "Structural similarity of the translation and the truth, mean over images.",
    "higher",
    INPUT,
    best=1.0,
    margin="ssim",
    table=True,
)


def of_object(value: Value) -> Value:
    """The description of the same value of the object's pixels."""
    return replace(value, name=f"{value.name}, object")


def of_background(value: Value) -> Value:
    """The description of the same value of the background's pixels."""
    return replace(value, name=f"{value.name}, background", text=value.text + BACKGROUND_NOTE)


@Metric(
    "paired",
    {
        "to_*_psnr": PSNR,
        "to_*_psnr_object": of_object(PSNR),
        "to_*_psnr_background": of_background(PSNR),
        "to_*_ssim": replace(SSIM, compared=True),
        "to_*_ssim_object": of_object(SSIM),
        "to_*_ssim_background": of_background(SSIM),
    },
    needs=("truth",),
    per_image=("psnr", "psnr_object", "psnr_background", "ssim"),
)
def paired(direction: Direction) -> Result:
    """PSNR and SSIM of the translations, and of the untranslated inputs.

    Where the truth of the object alone is known, that is `psnr_object`: a window of SSIM reaches beyond the object.
    """
    masks = direction.masks
    parts = {"object": masks, "background": [~mask for mask in masks]} if masks else {}
    found, of_input = (
        psnr_ssim(images, direction.targets, parts) for images in (direction.translated, direction.inputs)
    )
    keys = [*found] if direction.truth == "image" else [key for key in found if key == "psnr_object"]
    values = {f"to_*_{key}": finite_mean(found[key]) for key in keys}
    values |= {f"to_*_{key}_input": finite_mean(of_input[key]) for key in keys}
    return Result(values, per_image={key: found[key] for key in keys})


def psnr_ssim(translated: Images, truths: Images, parts: Mapping[str, Masks]) -> dict[str, NDArray[np.float64]]:
    """PSNR and SSIM of each image, (N,) each, by key.

    - `psnr` in dB, at most 54.2, and `ssim` in [-1, 1], with a Gaussian window of sigma 1.5;
    - `psnr_<part>`: of the mean squared error over the pixels of a part;
    - `ssim_<part>`: the mean over the pixels of a part of the map of SSIM. As for the whole, the map has the places
      whose window lies within the image.

    A value is NaN where an image has no pixel of a part.

    Args:
        translated, truths: (H, W, 3) each, at least 11 pixels a side.
        parts: the name of a part -> its mask (H, W) in each image.
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
    """PSNR in dB of the squared errors of pixels, each the mean over channels; NaN for no pixels."""
    if not errors.size:
        return float("nan")
    return float(10 * np.log10(255**2 / max(errors.mean(), MSE_OF_HALF_A_LEVEL)))


def _ssim(x: Image, y: Image) -> NDArray[np.float64]:
    """The map of SSIM, the mean over channels, of the places whose window lies within the image."""
    from skimage.metrics import structural_similarity

    _, found = structural_similarity(
        y, x, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    inner: NDArray[np.float64] = found[MARGIN:-MARGIN, MARGIN:-MARGIN].mean(-1)
    return inner

"""Failures of unpaired translation: colour inversion, copying of the input, mode collapse."""

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.registry import Metric, Result, Value, finite_mean
from crossnet.evaluation.testset import Direction, Features, Image, Images, Masks
from crossnet.images import luminance

SHIFTS = 5  # pairings of inputs with real images of the target, over which the domains' difference is averaged
COPIED = 0.9  # of `copying`: the image changed by less than a tenth of the domains' difference


@Metric(
    "signs",
    {
        "to_*_correlation": Value(
            "{}, inversion: correlation with the input",
            "Mean correlation of a translation’s luminance with its input’s; below 0 it is more inverted than kept.",
        ),
        "to_*_inverted": Value(
            "{}, inversion: inverted images", "Share of translations whose luminance runs against their input’s."
        ),
        "to_*_copying": Value(
            "{}, copying of the input",
            "Mean over images: 1 is the input unchanged, 0 is as far from it as images of the target domain are.",
        ),
        "to_*_copied": Value(
            "{}, copying: copied images",
            "Share of translations that are all but their input (copying above 0.9).",
        ),
        "to_*_spread": Value(
            "{}, collapse: spread against the inputs",
            "Variance of the translations’ features over that of their inputs; near 0, translations are all the same.",
        ),
        "to_*_spread_real": Value(
            "{}, collapse: spread against real images",
            "The same against real images of the target domain; 1 is as much variety as they have.",
        ),
    },
    features="efflite0",
    per_image=("copying", "correlation", "nearest"),
)
def failure_modes(direction: Direction) -> Result:
    """Means and shares of the values of each image.

    `inverted` is the share of images with a correlation below 0, `copied` the share with a copying above 0.9. `spread`
    compares translations with their inputs, `spread_real` with the target's test images.
    """
    sets = direction.features("efflite0")
    per_image = {
        "copying": copying(direction.translated, direction.inputs, direction.targets),
        "correlation": luminance_correlation(direction.translated, direction.inputs, direction.masks or None),
    }
    correlation, copied = (per_image[key][np.isfinite(per_image[key])] for key in ("correlation", "copying"))
    if direction.real:
        per_image["nearest"] = nearest_similarity(sets.translations, sets.real)
    return Result(
        {
            "to_*_correlation": finite_mean(correlation),
            "to_*_inverted": finite_mean(correlation < 0),
            "to_*_copying": finite_mean(copied),
            "to_*_copied": finite_mean(copied > COPIED),
            "to_*_spread": spread(sets.translations, sets.source),
            "to_*_spread_real": spread(sets.translations, sets.real),
        },
        per_image=per_image,
    )


def luminance_correlation(translated: Images, inputs: Images, masks: Masks | None = None) -> NDArray[np.float64]:
    """Pearson's correlation of the luminance (Rec. 601) of each translation with its input's: (N,) in [-1, 1].

    Below 0, the image is more inverted than kept. NaN where one of the two has a single luminance.

    Args:
        translated, inputs: (H, W, 3) each.
        masks: (H, W) each: the pixels to use, since a background that is to become white shows nothing; None for all.
    """
    where = [np.ones(x.shape[:2], np.bool_) for x in inputs] if masks is None else masks
    return np.array(
        [
            _correlation(luminance(x)[mask], luminance(y)[mask])
            for x, y, mask in zip(translated, inputs, where, strict=True)
        ]
    )


def copying(translated: Images, inputs: Images, real: Images) -> NDArray[np.float64]:
    """How much each translation is a copy of its input: (N,) in [0, 1], 1 for the input itself.

    The value is 1 - d(translation, input) / D, at least 0. d is the mean absolute difference of pixels. D is the mean
    of d over inputs and real images of the target that do not belong together: the i-th and the (i + 1)-th, to the
    (i + 5)-th. NaN where D is 0 or there are no real images.

    Args:
        translated, inputs, real: (H, W, 3) each.
    """
    shifts = range(1, 1 + max(1, min(SHIFTS, len(real) - 1)))
    pairs = [(x, real[(i + shift) % len(real)]) for shift in shifts for i, x in enumerate(inputs) if real]
    between = float(np.mean([_difference(x, y) for x, y in pairs])) if pairs else 0.0
    changes = np.array([_difference(x, y) for x, y in zip(translated, inputs, strict=True)])
    return np.maximum(0.0, 1 - changes / between) if between else np.full(len(changes), np.nan)


def spread(translations: Features, others: Features) -> float | None:
    """The variance of the features (N, F) of translations over that of others (M, F), each summed over features.

    The sum is half of the mean squared distance between two images. Near 0, the translations have collapsed (Goodfellow
    et al. 2014, "Generative adversarial nets"); 1 is the variety of the others. None where N or M is below 2, and where
    the others are all the same.
    """
    if min(len(translations), len(others)) < 2:
        return None
    of_others = others.var(0, ddof=1).sum()
    return float(translations.var(0, ddof=1).sum() / of_others) if of_others else None


def nearest_similarity(translations: Features, real: Features) -> NDArray[np.float64]:
    """The cosine similarity of each translation's features (N, F) to those of the nearest real image (M, F): (N,).

    The neighbour is sought among features, as by precision and recall of generators (Kynkäänniemi et al. 2019). M is at
    least 1.
    """
    x, y = (z / np.linalg.norm(z, axis=1, keepdims=True).clip(1e-12) for z in (translations, real))
    similarity: NDArray[np.float64] = (x @ y.T).max(1)
    return similarity


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Pearson's correlation of (P,) and (P,)."""
    if not len(x):
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x**2).sum() * (y**2).sum())
    return float(np.clip((x * y).sum() / size, -1, 1)) if size > 1e-9 * len(x) else float("nan")


def _difference(x: Image, y: Image) -> float:
    return float(np.abs(x.astype(np.int16) - y).mean())

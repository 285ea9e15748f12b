"""How far translations are from real images of their domain, by any network's features, in every direction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.bootstrap import STATED
from crossnet.evaluation.frechet import frechet_distance, frechet_interval
from crossnet.evaluation.kid import kernel_distance

FEWEST = 2  # images on each side: an unbiased kernel distance and a covariance need them
DRAWS = 5  # of training images in the translations' place
SEED = 0

Features = NDArray[np.float64]  # (N, F)


@dataclass(frozen=True)
class Sets:
    """The features of one direction: translations of `source`, and test and training images of the target domain."""

    translations: Features
    source: Features
    real: Features
    train: Features


def distances(directions: Mapping[str, Sets]) -> tuple[dict[str, float], dict[str, float]]:
    """The Fréchet distances and the kernel distances, by the direction's name, of

    - (no suffix) translations and the target's test images, with `_low` and `_high` or `_std` of it;
    - `_train`: translations and the target's training images;
    - `_source`: the untranslated source and the target's test images: the floor, what doing nothing has;
    - `_real`: training and test images of the target: the ceiling, what a perfect translator would have. As many
      training images are drawn as there are translations; where there are more, it is the mean over draws.

    Beside them stand the counts `_n`, `_n_real` and `_n_train`. What has fewer than 2 images is left out.
    """
    frechet: dict[str, float] = {}
    kernel: dict[str, float] = {}
    for name, sets in directions.items():
        if min(len(sets.translations), len(sets.real)) >= FEWEST:
            kernel[name], kernel[f"{name}_std"] = kernel_distance(sets.translations, sets.real)
            frechet[name] = frechet_distance(sets.translations, sets.real)
            if span := frechet_interval(sets.translations, sets.real):
                frechet[f"{name}_low"], frechet[f"{name}_high"] = span
        for row, x, y in (
            ("train", sets.translations, sets.train),
            ("source", sets.source, sets.real),
        ):
            if min(len(x), len(y)) >= FEWEST:
                frechet[f"{name}_{row}"], kernel[f"{name}_{row}"] = frechet_distance(x, y), kernel_distance(x, y)[0]
        draws = drawn(sets.train, len(sets.translations))
        if min(len(draws[0]), len(sets.real)) >= FEWEST:
            frechet[f"{name}_real"] = float(np.mean([frechet_distance(draw, sets.real) for draw in draws]))
            kernel[f"{name}_real"] = float(np.mean([kernel_distance(draw, sets.real)[0] for draw in draws]))
        for block in (frechet, kernel):
            block[f"{name}_n"], block[f"{name}_n_real"] = len(sets.translations), len(sets.real)
            block[f"{name}_n_train"] = len(sets.train)
    return frechet | (STATED if any(key.endswith("_low") for key in frechet) else {}), kernel


def drawn(features: Features, count: int) -> list[Features]:
    """DRAWS seeded draws of `count` of them without replacement; all of them, once, where there are no more."""
    if len(features) <= count:
        return [features]
    rng = np.random.default_rng(SEED)
    return [features[rng.choice(len(features), count, replace=False)] for _ in range(DRAWS)]

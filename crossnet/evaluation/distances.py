"""What the Fréchet and the kernel distance have in common: the sets of features that each is measured between."""

from collections.abc import Callable, Mapping

import numpy as np

from crossnet.evaluation.registry import Result
from crossnet.evaluation.testset import Features, FeatureSets

FEWEST = 2  # images in each set: an unbiased kernel distance and a covariance need them
DRAWS = 5  # of training images in the place of translations
SEED = 0

FLOOR, CEILING = {"_source": "untranslated input"}, {"_real": "real images"}


def distances(
    sets: FeatureSets,
    distance: Callable[[Features, Features], float],
    with_spread: Callable[[Features, Features], Mapping[str, float]],
) -> Result:
    """Measure one direction by a distance between two sets of features (N, F) and (M, F).

    - `to_*`: translations and the target's test images;
    - `to_*_train`: translations and the target's training images;
    - `to_*_source`: the untranslated source and the target's test images: the floor;
    - `to_*_real`: training and test images of the target: the ceiling, which a perfect translator reaches. As many
      training images are drawn as there are translations; where there are more, it is the mean over draws;
    - `to_*_n`, `to_*_n_real`, `to_*_n_train`: the numbers of images.

    A distance to fewer than 2 images is left out.

    Args:
        sets: the features of the direction.
        distance: the distance.
        with_spread: the same distance under the key `to_*`, and its interval or deviation.
    """
    values: dict[str, float] = {}
    n, n_real = len(sets.translations), len(sets.real)
    if min(n, n_real) >= FEWEST:
        values |= with_spread(sets.translations, sets.real)
    for key, x, y in (
        ("to_*_train", sets.translations, sets.train),
        ("to_*_source", sets.source, sets.real),
    ):
        if min(len(x), len(y)) >= FEWEST:
            values[key] = distance(x, y)
    draws = draw(sets.train, n)
    if min(len(draws[0]), n_real) >= FEWEST:
        values["to_*_real"] = float(np.mean([distance(each, sets.real) for each in draws]))
    values |= {"to_*_n": n, "to_*_n_real": n_real, "to_*_n_train": len(sets.train)}
    few = f"{n} translated and {n_real} real test images; a distance needs at least {FEWEST} of each"
    return Result(values, left_out="" if "to_*" in values else few)


def draw(features: Features, count: int) -> list[Features]:
    """DRAWS seeded draws of `count` vectors without replacement; all vectors once, where there are no more."""
    if len(features) <= count:
        return [features]
    rng = np.random.default_rng(SEED)
    return [features[rng.choice(len(features), count, replace=False)] for _ in range(DRAWS)]

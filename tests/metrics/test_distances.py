"""Both distances in every direction, each beside the number of images that it is of."""

import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.metrics.distances import distances
from crossnet.metrics.efflite0 import features
from crossnet.metrics.frechet import frechet_distance
from crossnet.metrics.kid import kernel_distance


def images(seed: int, count: int) -> list[NDArray[np.uint8]]:
    return list(np.random.default_rng(seed).integers(0, 256, (count, 16, 16, 3), dtype=np.uint8))


def test_a_distance_is_of_the_features_and_stands_beside_both_counts() -> None:
    translations, real = images(0, 4), images(1, 3)
    x, y = features(translations), features(real)
    mean, deviation = kernel_distance(x, y)
    assert distances({"to_b": (translations, real)}) == {
        "kid_efflite0": {"to_b": mean, "to_b_std": deviation, "to_b_n": 4, "to_b_n_real": 3},
        "fd_efflite0": {"to_b": frechet_distance(x, y), "to_b_n": 4, "to_b_n_real": 3},
    }


@pytest.mark.parametrize(("n", "real"), [(1, 3), (3, 1), (1, 1)])
def test_with_one_image_the_counts_stand_alone_and_the_other_direction_is_measured(n: int, real: int) -> None:
    found = distances({"to_b": (images(0, n), images(1, real)), "to_a": (images(2, 2), images(3, 2))})
    counts = {"to_b_n": n, "to_b_n_real": real}
    for block, measured in (("kid_efflite0", {"to_a", "to_a_std"}), ("fd_efflite0", {"to_a"})):
        assert {key: found[block][key] for key in counts} == counts
        assert found[block].keys() == counts.keys() | measured | {"to_a_n", "to_a_n_real"}

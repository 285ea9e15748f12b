"""Both distances with their floor, ceiling and numbers of images."""

import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.evaluation.distances import DRAWS
from crossnet.evaluation.distances import draw as draws
from crossnet.evaluation.frechet import fd_efflite0, frechet_distance, frechet_interval
from crossnet.evaluation.kid import kernel_distance, kid_efflite0
from crossnet.evaluation.registry import Result
from crossnet.evaluation.testset import FeatureSets
from tests.support.evaluated import direction


def measured(*features: NDArray[np.float64]) -> tuple[Result, Result]:
    """The Fréchet and the kernel distance of features of translations, source, real and training images."""
    of_features = direction(sets=FeatureSets(*features))
    return fd_efflite0(of_features), kid_efflite0(of_features)


def drawn(seed: int, count: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(seed, 1, (count, 5))


def test_every_value_is_of_its_sets_of_features() -> None:
    t, s, y, train = (drawn(seed, count) for seed, count in enumerate((6, 5, 4, 7)))
    frechet, kernel = measured(t, s, y, train)
    span = frechet_interval(t, y)
    assert span is not None
    counts = {"to_*_n": 6, "to_*_n_real": 4, "to_*_n_train": 7}
    assert frechet.values == counts | {
        "to_*": frechet_distance(t, y),
        "to_*_low": span[0],
        "to_*_high": span[1],
        "to_*_train": frechet_distance(t, train),
        "to_*_source": frechet_distance(s, y),
        "to_*_real": pytest.approx(np.mean([frechet_distance(draw, y) for draw in draws(train, 6)])),
    }
    assert frechet.conditions == {"resamples": 1000, "resampling_seed": 0}
    mean, deviation = kernel_distance(t, y)
    assert kernel.values == counts | {
        "to_*": mean,
        "to_*_std": deviation,
        "to_*_train": kernel_distance(t, train)[0],
        "to_*_source": kernel_distance(s, y)[0],
        "to_*_real": pytest.approx(np.mean([kernel_distance(draw, y)[0] for draw in draws(train, 6)])),
    }
    assert span[0] < frechet_distance(t, y) < span[1]


@pytest.mark.parametrize(("n", "real"), [(1, 3), (3, 1), (1, 1)])
def test_with_one_image_there_are_the_counts_and_the_reason(n: int, real: int) -> None:
    for found in measured(drawn(0, n), drawn(1, n), drawn(2, real), drawn(3, 1)):
        source = {"to_*_source"} if n > 1 and real > 1 else set()
        assert found.values.keys() - source == {"to_*_n", "to_*_n_real", "to_*_n_train"}
        assert found.left_out == f"{n} translated and {real} real test images; a distance needs at least 2 of each"
        assert found.conditions == {}


def test_the_ceiling_is_of_as_many_images_as_there_are_translations() -> None:
    rng = np.random.default_rng(0)
    real, train = rng.normal(size=(400, 5)), rng.normal(size=(600, 5))
    frechet, kernel = (found.values for found in measured(rng.normal(size=(20, 5)), real, real, train))
    perfect = [frechet_distance(rng.normal(size=(20, 5)), real) for _ in range(100)]
    assert abs(frechet["to_*_real"] - np.mean(perfect)) < 3 * np.std(perfect) / DRAWS**0.5
    assert frechet["to_*_real"] > 3 * frechet_distance(train, real)
    assert abs(kernel["to_*_real"]) < kernel_distance(train + 1, real)[0] / 10


def test_draws_are_seeded_without_repeats_and_differ() -> None:
    features = np.arange(20.0).reshape(10, 2)
    found = draws(features, 4)
    assert len(found) == DRAWS
    assert all(len(np.unique(draw[:, 0])) == 4 for draw in found)
    assert np.array_equal(found, draws(features, 4))
    assert len({tuple(draw[:, 0]) for draw in found}) > 1
    assert [draw.tolist() for draw in draws(features, 10)] == [features.tolist()]

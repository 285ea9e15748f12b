"""Both distances and what they are to be seen against, in every direction, beside the number of images."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.evaluation.distances import DRAWS, Sets, distances
from crossnet.evaluation.distances import drawn as draws
from crossnet.evaluation.frechet import frechet_distance, frechet_interval
from crossnet.evaluation.kid import kernel_distance


def drawn(seed: int, count: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(seed, 1, (count, 5))


def test_every_row_is_of_its_sets_and_stands_beside_the_counts() -> None:
    t, s, y, train = (drawn(seed, count) for seed, count in enumerate((6, 5, 4, 7)))
    frechet, kernel = distances({"to_b": Sets(t, s, y, train)})
    span = frechet_interval(t, y)
    assert span is not None
    counts = {"to_b_n": 6, "to_b_n_real": 4, "to_b_n_train": 7}
    assert frechet == counts | {
        "to_b": frechet_distance(t, y),
        "to_b_low": span[0],
        "to_b_high": span[1],
        "to_b_train": frechet_distance(t, train),
        "to_b_source": frechet_distance(s, y),
        "to_b_real": pytest.approx(np.mean([frechet_distance(draw, y) for draw in draws(train, 6)])),
        "resamples": 1000,
        "resampling_seed": 0,
    }
    mean, deviation = kernel_distance(t, y)
    assert kernel == counts | {
        "to_b": mean,
        "to_b_std": deviation,
        "to_b_train": kernel_distance(t, train)[0],
        "to_b_source": kernel_distance(s, y)[0],
        "to_b_real": pytest.approx(np.mean([kernel_distance(draw, y)[0] for draw in draws(train, 6)])),
    }
    assert span[0] < frechet["to_b"] < span[1]


@pytest.mark.parametrize(("n", "real"), [(1, 3), (3, 1), (1, 1)])
def test_with_one_image_the_counts_stand_alone_and_the_other_direction_is_measured(n: int, real: int) -> None:
    few = Sets(drawn(0, n), drawn(1, n), drawn(2, real), drawn(3, 1))
    frechet, kernel = distances({"to_b": few, "to_a": Sets(*(drawn(seed, 3) for seed in range(4)))})
    for block in (frechet, kernel):
        rows = {key for key in block if key.startswith("to_b")}
        source = {"to_b_source"} if n > 1 and real > 1 else set()
        assert rows - source == {"to_b_n", "to_b_n_real", "to_b_n_train"}
        assert {"to_a", "to_a_train", "to_a_source", "to_a_real"} <= block.keys()
    json.dumps((frechet, kernel), allow_nan=False)


def test_the_ceiling_is_what_images_of_the_target_have_at_that_number_and_not_at_another() -> None:
    rng = np.random.default_rng(0)
    real, train = rng.normal(size=(400, 5)), rng.normal(size=(600, 5))
    frechet, kernel = distances({"to_b": Sets(rng.normal(size=(20, 5)), real, real, train)})
    perfect = [frechet_distance(rng.normal(size=(20, 5)), real) for _ in range(100)]
    assert abs(frechet["to_b_real"] - np.mean(perfect)) < 3 * np.std(perfect) / DRAWS**0.5
    assert frechet["to_b_real"] > 3 * frechet_distance(train, real)
    assert abs(kernel["to_b_real"]) < kernel_distance(train + 1, real)[0] / 10


def test_draws_are_seeded_without_repeats_and_differ() -> None:
    features = np.arange(20.0).reshape(10, 2)
    found = draws(features, 4)
    assert len(found) == DRAWS
    assert all(len(np.unique(draw[:, 0])) == 4 for draw in found)
    assert np.array_equal(found, draws(features, 4))
    assert len({tuple(draw[:, 0]) for draw in found}) > 1
    assert [draw.tolist() for draw in draws(features, 10)] == [features.tolist()]

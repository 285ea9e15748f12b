"""The failure modes: each value shows its failure and not another's."""

import numpy as np
import pytest

from crossnet.evaluation.failure_modes import (
    copying,
    failure_modes,
    luminance_correlation,
    nearest_similarity,
    spread,
)
from crossnet.evaluation.testset import FeatureSets
from tests.support.evaluated import direction


def drawn(seed: int, count: int = 4, size: int = 12) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8))


def flat(level: int) -> np.ndarray:
    return np.full((6, 6, 3), level, dtype=np.uint8)


def test_a_correlation_is_that_of_numpy() -> None:
    x, y = drawn(0), drawn(1)
    weights = [0.299, 0.587, 0.114]
    wanted = [np.corrcoef((a @ weights).ravel(), (b @ weights).ravel())[0, 1] for a, b in zip(x, y, strict=True)]
    assert luminance_correlation(x, y) == pytest.approx(np.array(wanted))


def test_a_negative_is_at_minus_one_and_a_flat_image_has_none() -> None:
    [image] = drawn(0, 1)
    grey = np.repeat(image[..., :1], 3, axis=-1)
    found = luminance_correlation([grey, 255 - grey, grey // 2, np.full_like(grey, 7)], [grey] * 4)
    assert found[:3] == pytest.approx([1, -1, 1], abs=1e-3)
    assert np.isnan(found[3])


def test_with_a_mask_it_is_that_of_the_object() -> None:
    x, y = drawn(0, 1), drawn(1, 1)
    mask = np.zeros((12, 12), bool)
    mask[3:7, 2:9] = True
    assert luminance_correlation(x, y, [mask]) == pytest.approx(
        luminance_correlation([x[0][3:7, 2:9]], [y[0][3:7, 2:9]])
    )
    assert np.isnan(luminance_correlation(x, y, [np.zeros((12, 12), bool)])).all()


def test_copying_falls_from_the_input_to_what_the_target_looks_like() -> None:
    inputs, real = [flat(40)] * 5, [flat(140)] * 7
    translated = [flat(level) for level in (40, 50, 90, 140, 240)]
    assert copying(translated, inputs, real) == pytest.approx([1, 0.9, 0.5, 0, 0])


def test_the_domains_difference_is_of_images_that_do_not_belong_together() -> None:
    images = [flat(level) for level in (0, 60, 120)]
    # of i and i + 1, and of i and i + 2: (60 + 60 + 120) / 3 both times, though each is its own truth
    assert copying([flat(20)], [flat(0)], images) == pytest.approx([1 - 20 / 90])
    assert copying([flat(20), flat(60), flat(120)], images, images) == pytest.approx([0.75, 1, 1])


@pytest.mark.parametrize("real", [[], [flat(5)]])
def test_without_a_difference_there_is_no_copying(real: list[np.ndarray]) -> None:
    assert np.isnan(copying([flat(1)], [flat(5)], real)).all()


def test_a_spread_is_half_of_the_mean_squared_distance_of_pairs() -> None:
    x, y = np.random.default_rng(0).normal(size=(6, 4)), np.random.default_rng(1).normal(size=(5, 4))

    def pairs(z: np.ndarray) -> float:
        return float(np.mean([((a - b) ** 2).sum() / 2 for i, a in enumerate(z) for j, b in enumerate(z) if i != j]))

    assert spread(x, y) == pytest.approx(pairs(x) / pairs(y))
    assert spread(0.1 * x, x) == pytest.approx(0.01)
    assert [spread(x[:1], y), spread(x, y[:1]), spread(x, np.ones((3, 4)))] == [None] * 3


def test_the_nearest_is_the_one_in_the_same_direction() -> None:
    real = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = nearest_similarity(np.array([[5.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [3.0, 4.0]]), real)
    assert found == pytest.approx([1, np.sqrt(0.5), 0, 0.8])


def test_their_values_are_means_and_shares_of_the_finite_values_of_images() -> None:
    x, y = np.array([[0.0], [2.0]]), np.array([[0.0], [4.0]])
    rising, grey = np.arange(36).reshape(6, 6).astype(np.uint8), flat(100)
    image = np.repeat(rising[..., None], 3, axis=-1) + np.uint8(90)
    inputs, target = [image, image, grey, image], [flat(200)]
    found = failure_modes(direction([255 - image, image, image, image // 2], inputs, target, FeatureSets(x, y, x, x)))
    per_image = found.per_image
    assert per_image["correlation"][:2] == pytest.approx([-1, 1])
    assert np.isnan(per_image["correlation"][2])
    assert per_image["copying"][1] == 1
    assert found.values == {
        "to_*_correlation": pytest.approx(np.nanmean(per_image["correlation"])),
        "to_*_inverted": pytest.approx(1 / 3),
        "to_*_copying": pytest.approx(per_image["copying"].mean()),
        "to_*_copied": np.mean(per_image["copying"] > 0.9),
        "to_*_spread": 0.25,
        "to_*_spread_real": 1,
    }
    assert per_image["nearest"].shape == (2,)


def test_without_real_images_and_with_flat_inputs_they_have_no_value() -> None:
    x = np.zeros((1, 2))
    found = failure_modes(direction([flat(1)], [flat(5)], [], FeatureSets(x, x, x[:0], x)))
    assert set(found.values.values()) == {None}
    assert "nearest" not in found.per_image

"""Areas by ranks and by histograms, against counts of all pairs and against scikit-learn."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from crossnet.evaluation.bootstrap import interval, resample
from crossnet.evaluation.roc import (
    GRID,
    auc_per_image,
    auc_within_place,
    mean_auc,
    pair_tables,
    pooled_auc,
    rank,
    resampled_auc,
    within_place_interval,
)

Maps, Masks = list[NDArray[np.float64]], list[NDArray[np.bool_]]


def drawn(seed: int, count: int = 7, height: int = 6, width: int = 5, levels: int = 12) -> tuple[Maps, Masks]:
    """Maps with ties, higher on the object; masks more often on the object in the middle, as pictures have them."""
    rng = np.random.default_rng(seed)
    middle = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    masks = [rng.random((height, width)) < middle for _ in range(count)]
    return [np.floor(rng.integers(0, levels, (height, width)) + 4.0 * mask) for mask in masks], masks


def in_order(on: float, off: float) -> float:
    return 1.0 if on > off else 0.5 if on == off else 0.0


def brute_force_within_place(maps: Maps, masks: Masks) -> float:
    shares = [
        in_order(maps[i][place], maps[j][place])
        for place in np.ndindex(masks[0].shape)
        for i, j in itertools.product(range(len(maps)), repeat=2)
        if masks[i][place] and not masks[j][place]
    ]
    return sum(shares) / len(shares)


@pytest.mark.parametrize("seed", range(4))
def test_the_area_within_place_is_the_share_of_pairs_of_images_in_order_at_one_place(seed: int) -> None:
    maps, masks = drawn(seed)
    assert auc_within_place(rank(maps), masks) == pytest.approx(brute_force_within_place(maps, masks), abs=1e-12)


def test_it_is_the_mean_of_the_areas_of_places_weighted_by_their_pairs() -> None:
    maps, masks = drawn(5, count=12)
    areas, weights = [], []
    for place in np.ndindex(masks[0].shape):
        labels = np.array([mask[place] for mask in masks])
        if 0 < labels.sum() < len(labels):
            areas.append(roc_auc_score(labels, [scored[place] for scored in maps]))
            weights.append(labels.sum() * (~labels).sum())
    assert 5 < len(areas) <= 30
    assert auc_within_place(rank(maps), masks) == pytest.approx(np.average(areas, weights=weights))


def test_a_map_that_is_the_same_for_every_image_has_half_however_well_it_guesses() -> None:
    _, masks = drawn(1, count=40)
    prior = [np.mean(masks, axis=0)] * 40
    assert pooled_auc(rank(prior), masks) > 0.75
    assert auc_within_place(rank(prior), masks) == 0.5
    assert within_place_interval(prior, masks) == (0.5, 0.5)


def test_a_map_that_does_not_depend_on_the_mask_has_about_half_and_the_masks_themselves_one() -> None:
    _, masks = drawn(2, count=40)
    prior = np.mean(masks, axis=0)
    guesses = [prior + np.random.default_rng(i).normal(0, 0.1, prior.shape) for i in range(40)]
    assert pooled_auc(rank(guesses), masks) > 0.7
    assert auc_within_place(rank(guesses), masks) == pytest.approx(0.5, abs=0.04)
    assert auc_within_place(rank([mask.astype(float) for mask in masks]), masks) == 1


def test_the_pooled_area_and_those_of_images_are_those_of_scikit_learn() -> None:
    maps, masks = drawn(3)
    ranks = rank(maps)
    assert pooled_auc(ranks, masks) == pytest.approx(roc_auc_score(np.ravel(masks), np.ravel(maps)), abs=1e-12)
    each = [roc_auc_score(mask.ravel(), scored.ravel()) for scored, mask in zip(maps, masks, strict=True)]
    assert auc_per_image(ranks, masks) == pytest.approx(each, abs=1e-12)
    assert mean_auc(ranks, masks) == pytest.approx(np.mean(each), abs=1e-12)


def test_without_both_kinds_there_is_none() -> None:
    maps, _ = drawn(4, count=2)
    nothing, all_ = np.zeros((6, 5), bool), np.ones((6, 5), bool)
    ranks = rank(maps)
    assert all(math.isnan(area(ranks, [nothing] * 2)) for area in (pooled_auc, mean_auc, auc_within_place))
    assert within_place_interval(maps, [nothing] * 2) is None
    assert math.isnan(mean_auc(ranks, [nothing, all_]))
    assert auc_within_place(ranks, [nothing, all_]) == brute_force_within_place(maps, [nothing, all_])


def test_the_interval_is_that_of_images_resampled_and_measured_again() -> None:
    maps, masks = drawn(6, count=9)
    values = [
        auc_within_place(rank([maps[i] for i in rows]), [masks[i] for i in rows])
        for rows in (np.repeat(np.arange(9), counts) for counts in resample(9))
    ]
    assert within_place_interval(maps, masks) == pytest.approx(interval(np.array(values)), abs=1e-12)


def test_the_interval_covers_the_area_of_all_images_about_as_often_as_it_says() -> None:
    maps, masks = drawn(7, count=1500, height=3, width=3)
    truth = auc_within_place(rank(maps), masks)
    covered = 0
    for start in range(0, 1500, 30):
        span = within_place_interval(maps[start : start + 30], masks[start : start + 30])
        assert span is not None
        covered += span[0] <= truth <= span[1]
    assert 0.84 <= covered / 50 <= 1


def test_of_a_large_picture_the_interval_looks_at_a_grid() -> None:
    maps, masks = drawn(8, count=6, height=2 * GRID, width=GRID + 1)
    assert within_place_interval(maps, masks) == within_place_interval(
        [scored[::2, ::2] for scored in maps], [mask[::2, ::2] for mask in masks]
    )


def test_the_tables_of_pairs_have_nothing_of_an_image_with_itself() -> None:
    maps, masks = drawn(9)
    ordered, pairs = pair_tables(np.reshape(maps, (7, -1)), np.reshape(masks, (7, -1)))
    assert not np.diag(ordered).any()
    assert not np.diag(pairs).any()


def noisy(seed: int, images: int = 6, size: int = 16) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Score maps in [0, 255] and masks; the object is brighter by more in one image than in another."""
    rng = np.random.default_rng(seed)
    masks = [rng.random((size, size)) < 0.4 for _ in range(images)]
    return [(rng.random(m.shape) * 200 + rng.uniform(-20, 55) * m).clip(0, 255) for m in masks], masks


@pytest.mark.parametrize("seed", range(3))
def test_the_area_of_a_resample_is_that_of_scikit_learn_within_the_resolution(seed: int) -> None:
    maps, masks = noisy(seed)
    counts = resample(len(maps))[:50]
    wanted = [
        roc_auc_score(
            np.concatenate([m.ravel() for m, c in zip(masks, row, strict=True) for _ in range(c)]),
            np.concatenate([s.ravel() for s, c in zip(maps, row, strict=True) for _ in range(c)]),
        )
        for row in counts
    ]
    assert resampled_auc(maps, masks, counts) == pytest.approx(np.array(wanted), abs=1e-4)
    assert np.std(wanted) > 0.005


def test_the_area_of_a_resample_distinguishes_the_levels_of_a_grey_image_exactly() -> None:
    rng = np.random.default_rng(0)
    maps = [rng.integers(0, 256, (20, 20)).astype(float) for _ in range(3)]
    masks = [rng.random((20, 20)) < 0.5 for _ in range(3)]
    wanted = roc_auc_score(np.concatenate([m.ravel() for m in masks]), np.concatenate([s.ravel() for s in maps]))
    assert resampled_auc(maps, masks, np.ones((1, 3), dtype=np.int64))[0] == pytest.approx(wanted, abs=1e-12)


def test_a_resample_with_pixels_of_one_kind_has_no_area() -> None:
    maps, masks = [np.zeros((2, 2)), np.full((2, 2), 255.0)], [np.ones((2, 2), bool), np.zeros((2, 2), bool)]
    found = resampled_auc(maps, masks, np.array([[2, 0], [1, 1], [0, 2]]))
    assert np.isnan(found).tolist() == [True, False, True]
    assert found[1] == 0

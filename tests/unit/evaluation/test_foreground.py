"""AUC, ROC, IoU and F1 of the foreground, against second computations."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import bootstrap, rankdata
from sklearn.metrics import auc, roc_auc_score

from crossnet.evaluation import roc
from crossnet.evaluation.foreground import iou_per_image, scores, segmentation
from crossnet.evaluation.roc import both_kinds, curve, separation

Image, Mask = NDArray[np.uint8], NDArray[np.bool_]


def pooled_auc(maps: list[NDArray[np.float64]], masks: list[Mask]) -> float:
    return roc.pooled_auc(roc.rank(maps), masks)


def auc_per_image(maps: list[NDArray[np.float64]], masks: list[Mask]) -> NDArray[np.float64]:
    return roc.auc_per_image(roc.rank(maps), masks)


def grey(levels: list[list[int]] | NDArray[np.uint8]) -> Image:
    return np.repeat(np.asarray(levels, dtype=np.uint8)[..., None], 3, axis=-1)


def noisy(seed: int, count: int = 3, size: int = 16) -> tuple[list[Image], list[Mask]]:
    """Images whose objects are darker on average, and their masks."""
    rng = np.random.default_rng(seed)
    masks = [rng.random((size, size)) < 0.3 for _ in range(count)]
    images = [(rng.random((size, size, 3)) * 200 + 55 * ~mask[..., None]).astype(np.uint8) for mask in masks]
    return images, masks


@given(arrays(np.uint8, (3, 4), elements=st.integers(250, 255)), arrays(np.bool_, (3, 4)))
def test_auc_is_the_share_of_pairs_in_order_ties_counting_half(levels: Image, mask: Mask) -> None:
    assume(0 < mask.sum() < mask.size)
    pairs = list(itertools.product(levels[mask].tolist(), levels[~mask].tolist()))
    share = sum(1.0 if on < off else 0.5 if on == off else 0.0 for on, off in pairs) / len(pairs)
    assert pooled_auc(scores([grey(levels)]), [mask]) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_auc_is_that_of_scikit_learn_on_255_minus_luminance(seed: int) -> None:
    images, masks = noisy(seed)
    dark = np.concatenate([255 - image.reshape(-1, 3) @ [0.299, 0.587, 0.114] for image in images])
    labels = np.concatenate([mask.ravel() for mask in masks])
    assert pooled_auc(scores(images), masks) == pytest.approx(roc_auc_score(labels, dark), abs=1e-12)


def test_each_image_has_its_own_auc_where_its_mask_has_both_kinds() -> None:
    black_on_white, white_on_black = grey([[0, 255]]), grey([[255, 0]])
    left, nothing = np.array([[True, False]]), np.array([[False, False]])
    images = scores([black_on_white, white_on_black, grey([[100, 100]]), white_on_black])
    each = auc_per_image(images, [left, left, left, nothing])
    assert each[:3].tolist() == [1, 0, 0.5]
    assert math.isnan(each[3])
    found = separation(images, [left, left, left, nothing])
    assert found["auc_per_image"] == 0.5
    assert found["auc"] == pooled_auc(images, [left, left, left, nothing])


def test_without_both_kinds_there_is_no_auc() -> None:
    for mask in (np.zeros((2, 2), bool), np.ones((2, 2), bool)):
        image = grey([[1, 2], [3, 4]])
        assert math.isnan(pooled_auc(scores([image]), [mask]))
        assert separation(scores([image]), [mask]) == {"n": 1}


def test_the_intervals_are_those_of_scipy() -> None:
    images, masks = noisy(0, count=12, size=8)
    maps = scores(images)
    found = separation(maps, masks)

    def pooled(rows: NDArray[np.int64]) -> float:
        on = np.concatenate([masks[i].ravel() for i in rows])
        ranks = rankdata(np.concatenate([maps[i].ravel() for i in rows]))
        return float((ranks[on].mean() - (on.sum() + 1) / 2) / (~on).sum())

    settings: dict[str, Any] = {"n_resamples": 1000, "method": "percentile"}
    each = bootstrap((auc_per_image(maps, masks),), np.mean, rng=np.random.default_rng(0), **settings)
    together = bootstrap((np.arange(12),), pooled, vectorized=False, rng=np.random.default_rng(0), **settings)
    for key, scipys in (("auc_per_image", each), ("auc", together)):
        span = found[f"{key}_low"], found[f"{key}_high"]
        assert span == pytest.approx(tuple(scipys.confidence_interval), abs=1e-4)
        assert span[0] < found[key] < span[1]
    assert (found["resamples"], found["resampling_seed"]) == (1000, 0)


def test_score_maps_of_a_method_stand_in_the_place_of_luminance() -> None:
    images, masks = noisy(0)
    perfect = [mask * 255.0 for mask in masks]
    assert separation(perfect, masks)["auc"] == 1 > separation(scores(images), masks)["auc"]
    assert curve(perfect, masks)[["fpr", "tpr"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 1]]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [16, 64])
def test_the_curve_has_the_area_of_the_auc(seed: int, size: int) -> None:
    images, masks = noisy(seed, size=size)
    assert auc(*curve(scores(images), masks)[["fpr", "tpr"]].to_numpy().T) == pytest.approx(
        pooled_auc(scores(images), masks), abs=1e-3
    )


def test_the_curve_rises_from_corner_to_corner_in_few_rows() -> None:
    images, masks = noisy(0, size=64)
    found = curve(scores(images), masks, points=100)
    assert 50 < len(found) <= 102
    assert list(found.columns) == ["fpr", "tpr", "threshold"]
    assert tuple(found.iloc[0][["fpr", "tpr"]]) == (0, 0)
    assert tuple(found.iloc[-1][["fpr", "tpr"]]) == (1, 1)
    assert (np.diff(found["fpr"]) >= 0).all()
    assert (np.diff(found["tpr"]) >= 0).all()


def test_a_row_of_the_curve_is_what_its_threshold_selects() -> None:
    images, masks = noisy(1)
    luminance = np.concatenate([image.reshape(-1, 3) @ [0.299, 0.587, 0.114] for image in images])
    labels = np.concatenate([mask.ravel() for mask in masks])
    for row in curve(scores(images), masks).iloc[1:].itertuples():
        found = luminance <= row.threshold + 1e-9
        assert found[labels].mean() == pytest.approx(row.tpr)
        assert found[~labels].mean() == pytest.approx(row.fpr)


@pytest.mark.parametrize(("level", "is_foreground"), [(0, True), (242, True), (243, True), (244, False), (255, False)])
def test_a_pixel_is_background_above_243(level: int, is_foreground: bool) -> None:
    found = segmentation([grey(np.full((5, 7), level))], [np.ones((5, 7), bool)])
    assert found["iou"] == found["f1"] == float(is_foreground)


@pytest.mark.parametrize("colour", [(255, 243, 211), (222, 254, 242), (253, 239, 237)])
def test_the_threshold_is_on_luminance_and_not_on_a_channel(colour: tuple[int, int, int]) -> None:
    exact = 299 * colour[0] + 587 * colour[1] + 114 * colour[2]
    found = segmentation([np.full((3, 3, 3), colour, dtype=np.uint8)], [np.ones((3, 3), bool)])
    assert found["iou"] == float(exact <= 243_000)


def test_iou_and_f1_by_hand() -> None:
    images = [grey([[0, 0, 255, 255]]), grey([[0, 255, 255, 0]])]
    masks = [np.array([[True, False, True, False]]), np.array([[True, True, True, False]])]
    # 2 found rightly, 2 found wrongly, 3 missed
    assert segmentation(images, masks) == {"iou": pytest.approx(2 / 7), "f1": pytest.approx(4 / 9)}
    assert iou_per_image(images, masks) == pytest.approx([1 / 3, 1 / 4])


def test_nothing_there_and_nothing_found_is_no_error() -> None:
    assert segmentation([grey([[255]])], [np.zeros((1, 1), bool)]) == {"iou": 0, "f1": 0}
    assert iou_per_image([grey([[255]])], [np.zeros((1, 1), bool)]) == [0]


def test_as_many_masks_as_images_are_needed() -> None:
    images, masks = noisy(0)
    with pytest.raises(ValueError, match="broadcast"):
        auc_per_image(scores(images), masks[:2])


def test_both_kinds_may_be_in_different_masks() -> None:
    off, on = np.zeros((1, 1), bool), np.ones((1, 1), bool)
    assert [both_kinds(masks) for masks in ([], [off, off], [on, on], [off, on])] == [False, False, False, True]
    assert curve(scores([grey([[255]]), grey([[0]])]), [off, on])[["fpr", "tpr"]].to_numpy().tolist() == [
        [0, 0], [0, 1], [1, 1],
    ]  # fmt: skip

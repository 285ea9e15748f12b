"""The floors of the foreground metrics, against simulations and second implementations."""

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2lab
from sklearn.metrics import f1_score, jaccard_score, roc_auc_score

from crossnet.evaluation.foreground import references, segmentation
from crossnet.evaluation.foreground_floors import (
    border_mean,
    border_nearest,
    constant_mask,
    constant_prior,
    on_white,
    permutations,
)
from crossnet.evaluation.roc import separation

Image, Mask = NDArray[np.uint8], NDArray[np.bool_]


def pictures(seed: int, count: int = 24, size: int = 16) -> tuple[list[Image], list[Image], list[Mask]]:
    """Objects about the middle on a background of one colour an image, and on white, and their masks."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((size, size))
    scenic, white, masks = [], [], []
    for _ in range(count):
        centre, radius = rng.normal(size / 2, 1.5, 2), rng.uniform(2, 5)
        mask = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2
        object_, behind = rng.integers(0, 200, (2, 3))
        noise = rng.integers(0, 30, (size, size, 3))
        scenic.append((np.where(mask[..., None], object_, behind) + noise).astype(np.uint8))
        white.append(np.where(mask[..., None], object_ + noise, 255).astype(np.uint8))
        masks.append(mask)
    return scenic, white, masks


def auc(maps: list[NDArray[np.float64]], masks: list[Mask]) -> float:
    return float(roc_auc_score(np.ravel(masks), np.ravel(maps)))


def test_the_prior_is_the_share_of_images_that_are_not_near_white_at_a_pixel() -> None:
    levels = np.array([[[243, 244], [10, 255]], [[0, 244], [255, 243]]], np.uint8)
    images = [np.repeat(level[..., None], 3, axis=-1) for level in levels]
    found = constant_prior(images, 243, (2, 2))
    assert found is not None
    assert found.tolist() == [[1, 0], [0.5, 0.5]]
    assert constant_prior([], 243, (2, 2)) is None


def test_a_prior_of_larger_training_images_is_scaled_to_the_tests() -> None:
    image = np.full((12, 12, 3), 255, np.uint8)
    image[2:10, 2:10] = 0
    found = constant_prior([image], 243, (6, 6))
    assert found is not None
    assert found.shape == (6, 6)
    assert (found[3, 3], found[0, 0]) == pytest.approx((1, 0), abs=0.05)
    assert found.mean() == pytest.approx(4 / 9, abs=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_the_constant_mask_has_the_largest_overlap_of_all_thresholds(seed: int) -> None:
    """Small objects in random places: no pixel is object in half of the images, and a guess is there all the same."""
    *_, masks = pictures(seed, count=60)
    moved = [np.roll(mask, np.random.default_rng([seed, i]).integers(-4, 5, 2), (0, 1)) for i, mask in enumerate(masks)]
    for objects in (masks, moved):
        share = np.mean(objects, axis=0)
        overlaps = [jaccard_score(np.ravel(objects), np.ravel([share >= level] * 60)) for level in np.unique(share)]
        guess = [constant_mask(share)] * 60
        assert jaccard_score(np.ravel(objects), np.ravel(guess)) == pytest.approx(max(overlaps))
        assert max(overlaps) > max(overlaps[0], overlaps[-1])


def test_images_on_white_are_distinguished_from_scenery() -> None:
    scenic, white, _ = pictures(0)
    priors = [constant_prior(images, 243, (16, 16)) for images in (white, scenic)]
    assert [prior is not None and on_white(prior) for prior in priors] == [True, False]


def test_mean_distance_is_to_all_colours_of_the_border_in_rgb() -> None:
    [image], *_ = pictures(1, count=1, size=5)
    border = [image[i, j] for i in range(5) for j in range(5) if i in (0, 4) or j in (0, 4)]
    wanted = [
        [np.mean([np.linalg.norm(image[i, j] - b.astype(float)) for b in border]) for j in range(5)] for i in range(5)
    ]
    assert border_mean([image])[0] == pytest.approx(np.array(wanted))


def test_nearest_distance_is_to_the_most_similar_colour_of_the_border_in_cielab() -> None:
    [image], *_ = pictures(1, count=1, size=5)
    lab = rgb2lab(image)
    border = [lab[i, j] for i in range(5) for j in range(5) if i in (0, 4) or j in (0, 4)]
    wanted = [[min(np.linalg.norm(lab[i, j] - b) for b in border) for j in range(5)] for i in range(5)]
    found = border_nearest([image])[0]
    assert found == pytest.approx(np.array(wanted), abs=1e-9)
    assert not found[0].any()


def test_the_rules_find_objects_of_another_colour_than_the_background() -> None:
    scenic, _, masks = pictures(2)
    assert auc(border_mean(scenic), masks) > 0.9
    assert auc(border_nearest(scenic), masks) > 0.9


@pytest.mark.parametrize("count", [2, 3, 100])
def test_permutations_have_no_fixed_point(count: int) -> None:
    found = permutations(count)
    assert len(found) == 5
    for order in found:
        assert sorted(order) == list(range(count))
        assert (order != np.arange(count)).all()


def test_one_image_has_no_permutation_without_a_fixed_point() -> None:
    assert permutations(1) == []


def test_a_translation_that_ignores_its_input_is_no_better_than_its_floors() -> None:
    """Each translation is another image's: the pooled AUC is high, and so are the floors; within place it is chance."""
    scenic, white, masks = pictures(3, count=60)
    unrelated = [*pictures(4, count=60)[1]]
    prior = constant_prior(pictures(5, count=300)[1], 243, (16, 16))
    found = separation([255 - image @ [0.299, 0.587, 0.114] for image in unrelated], masks)
    found |= references(unrelated, scenic, masks, white, prior)
    assert found["auc"] > 0.65
    assert found["auc"] == pytest.approx(found["auc_permuted"], abs=0.03)
    assert found["auc_constant"] > found["auc"]
    assert found["auc_within_place_constant"] == 0.5
    assert found["auc_within_place_low"] < 0.5 < found["auc_within_place_high"]
    assert found["auc_within_place_permuted"] == pytest.approx(0.5, abs=0.05)
    assert found["auc_within_place_truth"] > 0.95


def test_each_reference_is_of_its_own_maps() -> None:
    scenic, white, masks = pictures(6)
    translated = [np.minimum(image, 250).astype(np.uint8) for image in white]
    prior = constant_prior(white, 243, (16, 16))
    assert prior is not None
    found = references(translated, scenic, masks, white, prior)
    dark = [255 - image @ np.array([0.299, 0.587, 0.114]) for image in scenic]
    others = [[masks[i] for i in order] for order in permutations(len(masks))]
    bright = [255 - image @ np.array([0.299, 0.587, 0.114]) for image in translated]
    wanted = {
        "auc_input": auc(dark, masks),
        "auc_constant": auc([prior] * len(masks), masks),
        "auc_border_mean": auc(border_mean(scenic), masks),
        "auc_border_nearest": auc(border_nearest(scenic), masks),
        "auc_permuted": np.mean([auc(bright, other) for other in others]),
        "iou_constant": jaccard_score(np.ravel(masks), np.ravel([constant_mask(prior)] * len(masks))),
        "f1_input": f1_score(np.ravel(masks), np.ravel([scored >= 12 for scored in dark])),
        "iou_permuted": np.mean([segmentation(translated, other)["iou"] for other in others]),
        "iou_truth": segmentation(white, masks)["iou"],
    }
    assert {key: found[key] for key in wanted} == pytest.approx(wanted)
    for name in ("input", "border_mean", "border_nearest", "truth"):
        low, high = (found[f"auc_within_place_{name}_{end}"] for end in ("low", "high"))
        assert low <= found[f"auc_within_place_{name}"] <= high


def test_without_training_images_and_without_truth_these_are_left_out() -> None:
    scenic, white, masks = pictures(7, count=3)
    found = references(white, scenic, masks, None, None)
    assert not [key for key in found if "constant" in key or "truth" in key]
    assert {"auc_permuted", "auc_border_mean", "iou_input"} <= found.keys()

"""The share of the background that changed."""

import numpy as np
import pytest

from crossnet.evaluation.background import changed_share


def image(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(60, 200, (8, 10, 3)).astype(np.uint8)


def test_outside_of_the_masks_it_is_what_differs_by_more_than_16_levels_in_a_channel() -> None:
    before, mask = image(0), np.zeros((8, 10), bool)
    mask[:, :5] = True  # 40 pixels of the object, 40 of the background
    after = before.copy()
    after[0, 5:, 1] += 17  # 5 pixels, by enough
    after[1, 5:, 2] -= 16  # 5 pixels, not by enough
    after[2:, :5] = 0  # the object
    assert changed_share([after], [before], [image(1)], [mask]) == 5 / 40


def test_without_masks_the_background_is_what_the_truth_keeps() -> None:
    before = image(0)
    truth, after = before.copy(), before.copy()
    truth[:4] += 5  # half of the pixels are the object's
    truth[4:] -= 4
    after[:6] += 50  # all of the object, and 20 of 40 pixels of the background
    assert changed_share([after], [before], [truth], []) == pytest.approx(0.5)
    assert changed_share([before], [before], [truth], []) == 0


def test_it_is_pooled_over_images_and_absent_without_a_background() -> None:
    a, b = image(0), image(1)
    near, everywhere = np.zeros((8, 10), bool), np.ones((8, 10), bool)
    near[0] = True
    assert changed_share([255 - a, b], [a, b], [a, b], [everywhere, near]) == 0
    assert changed_share([a], [a], [a], [everywhere]) is None

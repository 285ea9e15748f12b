"""GrabCut on pictures whose object is known."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from crossnet.grabcut import Box, grab_cut, inset_box, mask_box, on_white


def synthetic(seed: int = 0, size: int = 48) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A noisy red disc on noisy grey, and its mask."""
    rng = np.random.default_rng(seed)
    rows, columns = np.ogrid[:size, :size]
    mask = np.hypot(rows - size * 0.55, columns - size * 0.45) < size / 4
    colours = np.where(mask[..., None], (190, 40, 40), (120, 125, 130)) + rng.normal(0, 8, (size, size, 3))
    return colours.clip(0, 255).astype(np.uint8), mask


def test_a_disc_is_cut_out_with_the_box_of_its_mask_and_with_the_inset_one() -> None:
    image, mask = synthetic()
    for box in (mask_box(mask), inset_box(*mask.shape)):
        found = grab_cut(image, box)
        assert (found & mask).sum() / (found | mask).sum() > 0.97


def test_a_picture_gives_the_same_mask_whatever_was_cut_before() -> None:
    rng = np.random.default_rng(3)
    rows, columns = np.ogrid[:48, :48]
    mask = np.hypot(rows - 24, columns - 24) < 14
    colours = np.where(mask[..., None], (150, 90, 90), (110, 120, 130)) + rng.normal(0, 20, (48, 48, 3))
    image = colours.clip(0, 255).astype(np.uint8)  # so noisy that chance decides whether the object is found
    found = []
    for before in range(16):
        cv2.setRNGSeed(before)
        found.append(grab_cut(image, inset_box(48, 48)))
    assert all(np.array_equal(found[0], each) for each in found)


def test_the_inset_box_leaves_a_margin_of_2_percent_and_1_pixel_at_least() -> None:
    assert inset_box(32, 24) == (1, 1, 30, 22)
    assert inset_box(256, 100) == (5, 2, 246, 96)


def test_the_bounds_of_a_mask_leave_a_pixel_of_background() -> None:
    mask = np.zeros((8, 10), bool)
    assert mask_box(mask) is None
    mask[2:5, 3:9] = True
    assert mask_box(mask) == (2, 3, 3, 6)
    mask[:] = True
    assert mask_box(mask) == (1, 1, 6, 8)
    mask[:] = False
    mask[0, 0] = True
    assert mask_box(mask) == (1, 1, 1, 1)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_has_no_object(level: int) -> None:
    image = np.full((24, 24, 3), level, np.uint8)
    assert not grab_cut(image, inset_box(24, 24)).any()
    assert not grab_cut(image, None).any()


def test_a_box_of_the_whole_picture_has_no_background_and_so_no_object() -> None:
    image, _ = synthetic()
    assert not grab_cut(image, Box(0, 0, 48, 48)).any()


def test_what_is_cut_out_lies_on_white() -> None:
    image, mask = synthetic()
    cut = on_white(image, mask)
    assert np.array_equal(cut[mask], image[mask])
    assert (cut[~mask] == 255).all()

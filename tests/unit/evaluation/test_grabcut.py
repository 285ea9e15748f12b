"""GrabCut as a baseline: what is measured of its masks."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from crossnet.evaluation.grabcut import grabcut, mask_auc
from tests.support.evaluated import direction


def scene(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A small dark square, far from the border, and a bar of its colour that is no part of it."""
    rng = np.random.default_rng(seed)
    mask, dark = np.zeros((2, 32, 32), bool)
    mask[12:20, 14:24] = True
    dark[26:30, 4:28] = True
    image = np.where((mask | dark)[..., None], 60, 200) + rng.integers(-9, 10, (32, 32, 3))
    return image.astype(np.uint8), mask


def test_the_oracle_knows_which_of_two_objects_is_meant() -> None:
    images, masks = zip(*(scene(seed) for seed in range(3)), strict=True)
    found = grabcut(direction(images, images, masks=list(masks)))
    assert found.values["iou_oracle"] > 0.95
    assert found.values["iou"] == pytest.approx(80 / (80 + 96), abs=0.05)
    assert found.values["f1"] == pytest.approx(2 * 80 / (80 + 80 + 96), abs=0.05)
    assert found.values["auc"] == pytest.approx(1 - 96 / (2 * (32 * 32 - 80)), abs=0.01)
    assert found.conditions == {"n": 3}


def test_a_dark_translation_changes_nothing_since_the_input_is_cut() -> None:
    image, mask = scene(0)
    one, other = (grabcut(direction([made], [image], masks=[mask])).values for made in (image, image * 0))
    assert one == other


def test_the_area_of_a_mask_is_that_of_its_single_point() -> None:
    rng = np.random.default_rng(0)
    found, masks = ([rng.random((6, 7)) < share for _ in range(3)] for share in (0.4, 0.6))
    flat = [np.concatenate([each.ravel() for each in many]) for many in (masks, found)]
    assert mask_auc(found, masks) == pytest.approx(roc_auc_score(*flat))


def test_masks_of_one_kind_are_left_out() -> None:
    image, mask = scene(0)
    assert grabcut(direction([image], [image], masks=[~(mask & ~mask)])).values == {}

"""The AUC of resampled images from histograms, against scikit-learn on all of their pixels."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from crossnet.evaluation.bootstrap import resample
from crossnet.evaluation.resampled_auc import resampled_auc


def drawn(seed: int, images: int = 6, size: int = 16) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Score maps in [0, 255] and masks; the object is brighter by more in one image than in another."""
    rng = np.random.default_rng(seed)
    masks = [rng.random((size, size)) < 0.4 for _ in range(images)]
    return [(rng.random(m.shape) * 200 + rng.uniform(-20, 55) * m).clip(0, 255) for m in masks], masks


@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_scikit_learn_within_the_resolution(seed: int) -> None:
    maps, masks = drawn(seed)
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


def test_levels_of_a_grey_image_are_told_apart_exactly() -> None:
    rng = np.random.default_rng(0)
    maps = [rng.integers(0, 256, (20, 20)).astype(float) for _ in range(3)]
    masks = [rng.random((20, 20)) < 0.5 for _ in range(3)]
    wanted = roc_auc_score(np.concatenate([m.ravel() for m in masks]), np.concatenate([s.ravel() for s in maps]))
    assert resampled_auc(maps, masks, np.ones((1, 3), dtype=np.int64))[0] == pytest.approx(wanted, abs=1e-12)


def test_a_resample_with_pixels_of_one_kind_has_none() -> None:
    maps, masks = [np.zeros((2, 2)), np.full((2, 2), 255.0)], [np.ones((2, 2), bool), np.zeros((2, 2), bool)]
    found = resampled_auc(maps, masks, np.array([[2, 0], [1, 1], [0, 2]]))
    assert np.isnan(found).tolist() == [True, False, True]
    assert found[1] == 0

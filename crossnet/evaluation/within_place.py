"""The bootstrap interval of the AUC within place, from one table of pairs of images: nothing is ranked again."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.areas import Masks, Scores
from crossnet.evaluation.bootstrap import interval, resample

Value = TypeVar("Value", np.float64, np.bool_)

GRID = 64  # places a side that are looked at: of larger images every k-th row and column


def within_place_interval(maps: Scores, masks: Masks) -> tuple[float, float] | None:
    """The 95 % bootstrap interval, over images, of `areas.auc_within_place`; None where no place has both kinds.

    maps, masks: (H, W) each, of one shape.
    """
    ordered, pairs = pair_tables(_thinned(np.stack(list(maps))), _thinned(np.stack(list(masks))))
    if not pairs.any():
        return None
    counts = resample(len(maps)).astype(np.float64)
    with np.errstate(invalid="ignore"):  # 0 / 0 where a resample has no such pair
        values = ((counts @ ordered) * counts).sum(1) / ((counts @ pairs) * counts).sum(1)
    return interval(values[np.isfinite(values)])


def pair_tables(
    scores: NDArray[np.float64], labels: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N, P) score maps and masks -> two (N, N) tables, of images i and j:

    - over places where i has the object and j has not, how many are in order (i scores higher; ties count half);
    - how many such places there are.
    """
    ordered, pairs = np.zeros((2, len(scores), len(scores)))
    for i, (own, mask) in enumerate(zip(scores, labels, strict=True)):
        others, background = scores[:, mask], ~labels[:, mask]
        higher = (own[mask] > others) + 0.5 * (own[mask] == others)
        ordered[i], pairs[i] = (higher * background).sum(1), background.sum(1)
    return ordered, pairs


def _thinned(maps: NDArray[Value]) -> NDArray[Value]:
    """(N, H, W) -> (N, P), of a grid of at most GRID x GRID places."""
    down, across = (-(-edge // GRID) for edge in maps.shape[1:])
    return maps[:, ::down, ::across].reshape(len(maps), -1)

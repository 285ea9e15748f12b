"""Areas under the ROC curve by ranks (Mann and Whitney 1947): of all pixels, of each image, and within each place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Scores = Sequence[NDArray[np.float64]]  # each (H, W), high on the object
Masks = Sequence[NDArray[np.bool_]]  # each (H, W), True on the object


@dataclass(frozen=True)
class Ranks:
    """Average ranks, from 1, of N score maps of P pixels: ranked once, they give the areas by any masks.

    pooled: (N, P) among all pixels of all images. per_image: (N, P) among the pixels of one image. per_place: (N, P)
    among the N images at one place.
    """

    pooled: NDArray[np.float64]
    per_image: NDArray[np.float64]
    per_place: NDArray[np.float64]


def ranked(maps: Scores) -> Ranks:
    """Rank score maps of one shape (H, W)."""
    scores = np.stack([scored.ravel() for scored in maps])
    return Ranks(rankdata(scores, axis=None).reshape(scores.shape), rankdata(scores, axis=1), rankdata(scores, axis=0))


def pooled_auc(ranks: Ranks, masks: Masks) -> float:
    """The area of all pixels of all images together; NaN where every pixel is of one kind."""
    ordered, pairs = _ordered(ranks.pooled.reshape(1, -1), _flat(masks).reshape(1, -1), axis=1)
    return float(_share(ordered, pairs)[0])


def auc_of_each(ranks: Ranks, masks: Masks) -> NDArray[np.float64]:
    """Each image's own area, (N,); NaN where its mask is all or nothing."""
    return _share(*_ordered(ranks.per_image, _flat(masks), axis=1))


def mean_auc(ranks: Ranks, masks: Masks) -> float:
    """The mean of the areas of the images that have both kinds of pixels; NaN where none has."""
    each = auc_of_each(ranks, masks)
    return float(each[np.isfinite(each)].mean()) if np.isfinite(each).any() else float("nan")


def auc_within_place(ranks: Ranks, masks: Masks) -> float:
    """The area over images at one place, averaged over places; NaN where no place has both kinds.

    A place weighs as many as it has pairs of an image with the object there and one with background there. So it is
    the share of all such pairs, of all places, that are in order, ties counting half: a pooled AUC stratified by place.
    A map that is the same for every image has exactly 0.5, whatever it looks like.
    """
    ordered, pairs = _ordered(ranks.per_place, _flat(masks), axis=0)
    return float(_share(ordered.sum(), pairs.sum()))


def _ordered(
    ranks: NDArray[np.float64], labels: NDArray[np.bool_], axis: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many pairs of an object's and another pixel there are along the axis: those in order, and all."""
    on = labels.sum(axis, dtype=np.float64)
    return (ranks * labels).sum(axis) - on * (on + 1) / 2, on * (labels.shape[axis] - on)


def _share(ordered: NDArray[np.float64], pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN, which says that there is no area
        return ordered / pairs


def _flat(masks: Masks) -> NDArray[np.bool_]:
    return np.stack([mask.ravel() for mask in masks])

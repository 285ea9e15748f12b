"""ROC curves of score maps, the areas under them, and the bootstrap intervals of the areas.

An area is the share of pairs of an object's and a background's pixel whose scores are in order, ties counting half
(Mann and Whitney 1947). The pairs are of all pixels, of each image, or of the images at one place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crossnet.evaluation.bootstrap import CONDITIONS, interval, mean_interval, resample
from crossnet.evaluation.testset import Masks, ScoreMaps

Scalar = TypeVar("Scalar", np.float64, np.bool_)
Array = NDArray[np.float64]

BINS = 4096  # of scores in [0, 255], for the pooled area of resamples: 16 a level; scores in one bin count as equal
CHUNK = 100  # resamples whose histograms are in memory together
GRID = 64  # places a side for the interval within place: of larger images every k-th row and column


@dataclass(frozen=True)
class Ranks:
    """Average ranks, from 1, of N score maps of P pixels; areas by any masks follow without sorting again.

    pooled: (N, P) among all pixels of all images. per_image: (N, P) among the pixels of one image. per_place: (N, P)
    among the N images at one place.
    """

    pooled: Array
    per_image: Array
    per_place: Array


def rank(maps: ScoreMaps) -> Ranks:
    """Rank N score maps of one shape (H, W)."""
    from scipy.stats import rankdata

    scores = np.stack([scored.ravel() for scored in maps])
    return Ranks(rankdata(scores, axis=None).reshape(scores.shape), rankdata(scores, axis=1), rankdata(scores, axis=0))


def pooled_auc(ranks: Ranks, masks: Masks) -> float:
    """The area of all pixels of all images together; NaN where every pixel is of one kind."""
    ordered, pairs = _ordered(ranks.pooled.reshape(1, -1), flat(masks).reshape(1, -1), axis=1)
    return float(_share(ordered, pairs)[0])


def auc_per_image(ranks: Ranks, masks: Masks) -> Array:
    """The area of each image, (N,); NaN where its mask is all object or all background."""
    return _share(*_ordered(ranks.per_image, _rows(masks), axis=1))


def mean_auc(ranks: Ranks, masks: Masks) -> float:
    """The mean of the areas of the images whose masks have both kinds of pixels; NaN where none has."""
    areas = auc_per_image(ranks, masks)
    return float(areas[np.isfinite(areas)].mean()) if np.isfinite(areas).any() else float("nan")


def auc_within_place(ranks: Ranks, masks: Masks) -> float:
    """The area over images at one place, averaged over places; NaN where no place has both kinds.

    The weight of a place is its number of pairs of an image with the object there and one with background there. So
    the value is the share of all such pairs, of all places, that are in order: a pooled AUC stratified by place. A map
    that is the same for every image has exactly 0.5.
    """
    ordered, pairs = _ordered(ranks.per_place, _rows(masks), axis=0)
    return float(_share(ordered.sum(), pairs.sum()))


def separation(maps: ScoreMaps, masks: Masks) -> dict[str, float]:
    """How well score maps in [0, 255] separate object and background: `auc`, `auc_per_image` and `auc_within_place`.

    The intervals (`_low`, `_high`) are 95 % bootstrap percentiles over images. A key is left out where no mask, image
    or place has both kinds of pixels.
    """
    ranks = rank(maps)
    found = areas(ranks, masks)
    if "auc" in found:
        values = resampled_auc(maps, masks, resample(len(masks)))
        found["auc_low"], found["auc_high"] = interval(values[np.isfinite(values)])
    if "auc_per_image" in found:
        per_image = auc_per_image(ranks, masks)
        found["auc_per_image_low"], found["auc_per_image_high"] = mean_interval(per_image[np.isfinite(per_image)])
    return found | within_place_span(maps, masks) | (CONDITIONS if found else {}) | {"n": len(masks)}


def areas(ranks: Ranks, masks: Masks, suffix: str = "") -> dict[str, float]:
    """The three areas of score maps, those that are not NaN, each key with the suffix."""
    found = {
        f"auc_within_place{suffix}": auc_within_place(ranks, masks),
        f"auc{suffix}": pooled_auc(ranks, masks),
        f"auc_per_image{suffix}": mean_auc(ranks, masks),
    }
    return {key: area for key, area in found.items() if np.isfinite(area)}


def within_place_span(maps: ScoreMaps, masks: Masks, suffix: str = "") -> dict[str, float]:
    """The interval of `auc_within_place`, as `_low` and `_high` after the suffix; empty where there is none."""
    span, key = within_place_interval(maps, masks), f"auc_within_place{suffix}"
    return {} if span is None else {f"{key}_low": span[0], f"{key}_high": span[1]}


def resampled_auc(maps: ScoreMaps, masks: Masks, counts: NDArray[np.int64]) -> Array:
    """The pooled area of each resample, (R,), from one histogram an image; NaN where its pixels are of one kind.

    Args:
        maps: (H, W) each, in [0, 255].
        masks: (H, W) each.
        counts: how often each image is in each resample, (R, N).
    """
    edges = np.linspace(0, 255, BINS + 1)
    on = np.stack([np.histogram(s[m], edges)[0] for s, m in zip(maps, masks, strict=True)]).astype(np.float64)
    off = np.stack([np.histogram(s[~m], edges)[0] for s, m in zip(maps, masks, strict=True)]).astype(np.float64)
    chunks = (counts[start : start + CHUNK].astype(np.float64) for start in range(0, len(counts), CHUNK))
    return np.concatenate([_histogram_auc(chunk @ on, chunk @ off) for chunk in chunks])


def within_place_interval(maps: ScoreMaps, masks: Masks) -> tuple[float, float] | None:
    """The 95 % bootstrap interval, over images, of `auc_within_place`; None where no place has both kinds.

    maps, masks: (H, W) each, of one shape. It is computed from one table of pairs of images.
    """
    ordered, pairs = pair_tables(_thin(np.stack(list(maps))), _thin(np.stack(list(masks))))
    if not pairs.any():
        return None
    counts = resample(len(maps)).astype(np.float64)
    values = _share(((counts @ ordered) * counts).sum(1), ((counts @ pairs) * counts).sum(1))
    return interval(values[np.isfinite(values)])


def pair_tables(scores: Array, labels: NDArray[np.bool_]) -> tuple[Array, Array]:
    """(N, P) score maps and masks -> two (N, N) tables, of images i and j:

    - over places where i has the object and j has background, how many are in order (i scores higher; ties count half);
    - how many such places there are.
    """
    ordered, pairs = np.zeros((2, len(scores), len(scores)))
    for i, (own, mask) in enumerate(zip(scores, labels, strict=True)):
        others, background = scores[:, mask], ~labels[:, mask]
        higher = (own[mask] > others) + 0.5 * (own[mask] == others)
        ordered[i], pairs[i] = (higher * background).sum(1), background.sum(1)
    return ordered, pairs


def both_kinds(masks: Masks) -> bool:
    """Whether the masks have pixels of the object and of the background, all taken together."""
    return any(mask.any() for mask in masks) and not all(mask.all() for mask in masks)


def curve(maps: ScoreMaps, masks: Masks, points: int = 256) -> pd.DataFrame:
    """The pooled ROC curve of score maps in [0, 255].

    Columns are fpr, tpr and threshold (255 - score; a pixel is foreground up to it). There are at most `points` rows,
    at even distances along the curve, and its two ends; the first has the threshold -1 and no foreground.
    """
    from sklearn.metrics import roc_curve

    fpr, tpr, score = roc_curve(flat(masks), flat(maps))
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(fpr), np.diff(tpr)))])
    wanted = np.searchsorted(length, np.linspace(0, length[-1], points)).clip(0, len(fpr) - 1)
    rows = np.unique(np.concatenate([[0], wanted, [len(fpr) - 1]]))
    return pd.DataFrame({"fpr": fpr[rows], "tpr": tpr[rows], "threshold": np.maximum(255 - score[rows], -1.0)})


def flat(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """All pixels of some arrays, one array after the other."""
    return np.concatenate([array.ravel() for array in arrays])


def _ordered(ranks: Array, labels: NDArray[np.bool_], axis: int) -> tuple[Array, Array]:
    """The numbers of pairs of an object's and a background's pixel along the axis: those in order, and all."""
    on = labels.sum(axis, dtype=np.float64)
    return (ranks * labels).sum(axis) - on * (on + 1) / 2, on * (labels.shape[axis] - on)


def _share(ordered: Array, pairs: Array) -> Array:
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: there is no area
        return ordered / pairs


def _histogram_auc(on: Array, off: Array) -> Array:
    """Histograms (r, BINS) of both kinds of pixels -> areas (r,)."""
    below = np.cumsum(off, axis=1) - off / 2
    return _share((on * below).sum(1), on.sum(1) * off.sum(1))


def _rows(masks: Masks) -> NDArray[np.bool_]:
    """(H, W) each -> (N, P)."""
    return np.stack([mask.ravel() for mask in masks])


def _thin(maps: NDArray[Scalar]) -> NDArray[Scalar]:
    """(N, H, W) -> (N, P), of a grid of at most GRID x GRID places."""
    down, across = (-(-edge // GRID) for edge in maps.shape[1:])
    return maps[:, ::down, ::across].reshape(len(maps), -1)

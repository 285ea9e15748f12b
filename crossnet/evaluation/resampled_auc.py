"""The pooled AUC of resampled images, from one histogram an image: no pixel is sorted again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 4096  # of scores in [0, 255]: 16 a level; scores in one bin count as equal
AT_ONCE = 100  # resamples whose histograms are in memory together


def resampled_auc(
    maps: Sequence[NDArray[np.float64]], masks: Sequence[NDArray[np.bool_]], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The area under the ROC of all pixels of each resample, (R,); NaN where those are all of one kind.

    maps: each (H, W) in [0, 255], high on the object. counts: (R, N), how often each image is in each resample. The
    area is that of Mann and Whitney (1947): the share of pairs of an object's pixel and another that are in order, ties
    counting half.
    """
    edges = np.linspace(0, 255, BINS + 1)
    on = np.stack([np.histogram(s[m], edges)[0] for s, m in zip(maps, masks, strict=True)]).astype(np.float64)
    off = np.stack([np.histogram(s[~m], edges)[0] for s, m in zip(maps, masks, strict=True)]).astype(np.float64)
    return np.concatenate([_areas(part @ on, part @ off) for part in _parts(counts.astype(np.float64))])


def _parts(counts: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [counts[start : start + AT_ONCE] for start in range(0, len(counts), AT_ONCE)]


def _areas(on: NDArray[np.float64], off: NDArray[np.float64]) -> NDArray[np.float64]:
    """Histograms (r, BINS) of both kinds -> (r,)."""
    below = np.cumsum(off, axis=1) - off / 2
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN, which says that there is no area
        return (on * below).sum(1) / (on.sum(1) * off.sum(1))

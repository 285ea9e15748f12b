"""Foreground extraction as the paper measures it: §5.3, Fig. 10.

The score of a pixel is 255 - luminance of the translation (Rec. 601): dark is foreground, white is background. A method
with score maps of its own hands those in.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crossnet.evaluation.areas import Ranks, auc_of_each, auc_within_place, mean_auc, pooled_auc, ranked
from crossnet.evaluation.bootstrap import STATED, interval, mean_interval, resample
from crossnet.evaluation.resampled_auc import resampled_auc
from crossnet.evaluation.within_place import within_place_interval
from crossnet.images import luminance

THRESHOLD = 243  # §5.3: a pixel is nearly white if its luminance exceeds 243

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)
Masks = Sequence[NDArray[np.bool_]]  # each (H, W), True on the object
Scores = Sequence[NDArray[np.float64]]  # each (H, W) in [0, 255], high on the object


def scores(images: Images) -> list[NDArray[np.float64]]:
    """255 - luminance of each image, (H, W) in [0, 255]."""
    return [255 - luminance(image) for image in images]


def both_kinds(masks: Masks) -> bool:
    """Whether the masks have pixels of the object and of the background, all taken together."""
    return any(mask.any() for mask in masks) and not all(mask.all() for mask in masks)


def separation(maps: Scores, masks: Masks) -> dict[str, float]:
    """How well score maps tell the object: `auc` of all pixels, `auc_per_image` and `auc_within_place`.

    The intervals (`_low`, `_high`) are 95 % bootstrap percentiles over images. What every mask is all or nothing for
    is left out.
    """
    ranks = ranked(maps)
    found = areas(ranks, masks)
    if "auc" in found:
        values = resampled_auc(maps, masks, resample(len(masks)))
        found["auc_low"], found["auc_high"] = interval(values[np.isfinite(values)])
    if "auc_per_image" in found:
        each = auc_of_each(ranks, masks)
        found["auc_per_image_low"], found["auc_per_image_high"] = mean_interval(each[np.isfinite(each)])
    return found | within_place_span(maps, masks) | (STATED if found else {}) | {"n": len(masks)}


def areas(ranks: Ranks, masks: Masks, suffix: str = "") -> dict[str, float]:
    """The three areas of score maps, as `auc`, `auc_per_image` and `auc_within_place`, each before the suffix."""
    found = {
        "auc_within_place": auc_within_place(ranks, masks),
        "auc": pooled_auc(ranks, masks),
        "auc_per_image": mean_auc(ranks, masks),
    }
    return {f"{name}{suffix}": area for name, area in found.items() if np.isfinite(area)}


def within_place_span(maps: Scores, masks: Masks, suffix: str = "") -> dict[str, float]:
    """The interval of `auc_within_place`, as `_low` and `_high` after the suffix; empty where there is none."""
    span, key = within_place_interval(maps, masks), f"auc_within_place{suffix}"
    return {} if span is None else {f"{key}_low": span[0], f"{key}_high": span[1]}


def segmentation(images: Images, masks: Masks, suffix: str = "") -> dict[str, float]:
    """`iou` and `f1` of the foreground, pooled over all pixels: luminance <= 243 is foreground."""
    return overlap([scored >= 255 - THRESHOLD for scored in scores(images)], masks, suffix)


def overlap(found: Masks, masks: Masks, suffix: str = "") -> dict[str, float]:
    """`iou` and `f1`, each before the suffix, of all pixels that are found and those that are there; 0 for neither."""
    there, taken = _flat(masks), _flat(found)
    both, either = int((there & taken).sum()), int((there | taken).sum())
    return {f"iou{suffix}": both / max(1, either), f"f1{suffix}": 2 * both / max(1, both + either)}


def iou_of_each(images: Images, masks: Masks) -> NDArray[np.float64]:
    """Each image's own IoU at 243, (N,); 0 where nothing is there and nothing is found."""
    found = [scored >= 255 - THRESHOLD for scored in scores(images)]
    return np.array([(f & m).sum() / max(1, (f | m).sum()) for f, m in zip(found, masks, strict=True)])


def roc(maps: Scores, masks: Masks, points: int = 256) -> pd.DataFrame:
    """The pooled ROC: columns fpr, tpr, threshold (255 - score; foreground is <= it), at most `points` rows.

    Rows are taken at even distances along the curve, its ends always among them; the first is threshold -1, nothing.
    There are none without masks, and where every pixel is of one kind.
    """
    if not both_kinds(masks):
        return pd.DataFrame(columns=["fpr", "tpr", "threshold"], dtype=float)
    from sklearn.metrics import roc_curve

    fpr, tpr, score = roc_curve(_flat(masks), _flat(maps))
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(fpr), np.diff(tpr)))])
    wanted = np.searchsorted(length, np.linspace(0, length[-1], points)).clip(0, len(fpr) - 1)
    rows = np.unique(np.concatenate([[0], wanted, [len(fpr) - 1]]))
    return pd.DataFrame({"fpr": fpr[rows], "tpr": tpr[rows], "threshold": np.maximum(255 - score[rows], -1.0)})


def foreground(translated: Images, masks: Masks) -> dict[str, float]:
    """All foreground metrics of a test side by luminance."""
    return separation(scores(translated), masks) | segmentation(translated, masks) | {"threshold": THRESHOLD}


def _flat(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([array.ravel() for array in arrays])

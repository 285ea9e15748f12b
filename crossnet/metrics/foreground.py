"""Foreground extraction as the paper measures it: §5.3, Fig. 10.

The score of a pixel is 255 - luminance of the translation (Rec. 601): dark is foreground, white is background. A method
with score maps of its own hands those in.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crossnet.images import luminance
from crossnet.metrics.bootstrap import STATED, interval, mean_interval, resample
from crossnet.metrics.resampled_auc import resampled_auc

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


def pooled_auc(maps: Scores, masks: Masks) -> float:
    """Area under the ROC of all pixels of all images together; NaN where every pixel is of one kind."""
    from sklearn.metrics import roc_auc_score  # here, because a task without masks need not wait for it

    return float(roc_auc_score(_flat(masks), _flat(maps))) if both_kinds(masks) else float("nan")


def auc_of_each(maps: Scores, masks: Masks) -> NDArray[np.float64]:
    """Each image's own AUC, (N,); NaN where its mask is all or nothing."""
    return np.array([pooled_auc([scored], [mask]) for scored, mask in zip(maps, masks, strict=True)])


def separation(maps: Scores, masks: Masks) -> dict[str, float]:
    """How well score maps tell the object: the AUC of all pixels, and the mean of each image's, with intervals.

    The intervals (`_low`, `_high`) are 95 % bootstrap percentiles over images. What every mask is all or nothing for
    is left out.
    """
    found: dict[str, float] = {}
    if np.isfinite(pooled := pooled_auc(maps, masks)):
        values = resampled_auc(maps, masks, resample(len(masks)))
        found["auc"] = pooled
        found["auc_low"], found["auc_high"] = interval(values[np.isfinite(values)])
    each = auc_of_each(maps, masks)
    if len(each := each[np.isfinite(each)]):
        found["auc_per_image"] = float(each.mean())
        found["auc_per_image_low"], found["auc_per_image_high"] = mean_interval(each)
    return found | (STATED if found else {}) | {"n": len(masks)}


def segmentation(images: Images, masks: Masks) -> dict[str, float]:
    """IoU and F1 of the foreground, pooled over all pixels: luminance <= 243 is foreground."""
    from sklearn.metrics import f1_score, jaccard_score

    labels, found = _flat(masks), _flat(scores(images)) >= 255 - THRESHOLD
    return {
        "iou": float(jaccard_score(labels, found, zero_division=0)),
        "f1": float(f1_score(labels, found, zero_division=0)),
    }


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


def foreground(translated: Images, inputs: Images, masks: Masks, truths: Images | None) -> dict[str, float]:
    """All foreground metrics of a test side by luminance; the input's AUC is the floor, the truth's the ceiling."""
    floor = auc_of_each(scores(inputs), masks)
    areas = {
        "auc_input": pooled_auc(scores(inputs), masks),
        "auc_per_image_input": float(floor[np.isfinite(floor)].mean()) if np.isfinite(floor).any() else float("nan"),
        "auc_truth": pooled_auc(scores(truths), masks) if truths is not None else float("nan"),
    }
    return {
        **separation(scores(translated), masks),
        **{name: area for name, area in areas.items() if np.isfinite(area)},
        **segmentation(translated, masks),
        "threshold": THRESHOLD,
    }


def _flat(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([array.ravel() for array in arrays])

"""Foreground extraction as the paper measures it: §5.3, Fig. 10.

The score of a pixel is 255 - luminance of the translation (Rec. 601): dark is foreground, white is background.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score, jaccard_score, roc_auc_score, roc_curve

from crossnet.images import luminance

THRESHOLD = 243  # §5.3: a pixel is nearly white if its luminance exceeds 243

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)
Masks = Sequence[NDArray[np.bool_]]  # each (H, W), True on the object


def scores(images: Images) -> list[NDArray[np.float64]]:
    """255 - luminance of each image, (H, W) in [0, 255]."""
    return [255 - luminance(image) for image in images]


def pooled_auc(images: Images, masks: Masks) -> float:
    """Area under the ROC of all pixels of all images together; NaN where every pixel is of one kind."""
    labels = _flat(masks)
    return float(roc_auc_score(labels, _flat(scores(images)))) if 0 < labels.mean() < 1 else float("nan")


def auc_per_image(images: Images, masks: Masks) -> float:
    """Mean over images of each one's own AUC; an image whose mask is all or nothing is left out, NaN if all are."""
    areas = [pooled_auc([image], [mask]) for image, mask in zip(images, masks, strict=True) if 0 < mask.mean() < 1]
    return float(np.mean(areas)) if areas else float("nan")


def segmentation(images: Images, masks: Masks, threshold: float = THRESHOLD) -> dict[str, float]:
    """IoU and F1 of the foreground, pooled over all pixels: luminance <= threshold is foreground."""
    labels, found = _flat(masks), _flat(scores(images)) >= 255 - threshold
    return {
        "iou": float(jaccard_score(labels, found, zero_division=0)),
        "f1": float(f1_score(labels, found, zero_division=0)),
    }


def roc(images: Images, masks: Masks, points: int = 256) -> pd.DataFrame:
    """The pooled ROC: columns fpr, tpr, threshold (a luminance; foreground is <= it), at most `points` rows.

    Rows are taken at even distances along the curve, its ends always among them; the first is threshold -1, nothing.
    There are none without masks.
    """
    if not masks:
        return pd.DataFrame(columns=["fpr", "tpr", "threshold"], dtype=float)
    fpr, tpr, score = roc_curve(_flat(masks), _flat(scores(images)))
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(fpr), np.diff(tpr)))])
    wanted = np.searchsorted(length, np.linspace(0, length[-1], points)).clip(0, len(fpr) - 1)
    rows = np.unique(np.concatenate([[0], wanted, [len(fpr) - 1]]))
    return pd.DataFrame({"fpr": fpr[rows], "tpr": tpr[rows], "threshold": np.maximum(255 - score[rows], -1.0)})


def foreground(translated: Images, inputs: Images, masks: Masks, truths: Images | None) -> dict[str, float]:
    """All foreground metrics of a test side; the untranslated input's AUC is the floor, the truth's the ceiling."""
    ceiling = {"auc_truth": pooled_auc(truths, masks)} if truths is not None else {}
    return {
        "auc": pooled_auc(translated, masks),
        "auc_per_image": auc_per_image(translated, masks),
        "auc_input": pooled_auc(inputs, masks),
        "auc_per_image_input": auc_per_image(inputs, masks),
        **ceiling,
        **segmentation(translated, masks),
        "threshold": THRESHOLD,
        "n": len(masks),
    }


def _flat(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([array.ravel() for array in arrays])

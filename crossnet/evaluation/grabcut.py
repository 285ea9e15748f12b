"""GrabCut as a baseline of foreground extraction (Fig. 9): it trains nothing, and is given a box.

The values are those of a box that needs no knowledge, inset from the border of the picture. `_oracle` are those of the
bounds of the true mask, which no other method sees.
"""

import numpy as np

from crossnet import grabcut as cut
from crossnet.evaluation.foreground import overlap
from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.roc import both_kinds, flat
from crossnet.evaluation.testset import Direction, Masks

ORACLE = {"_oracle": "box of the true mask, an oracle"}


@Metric(
    "grabcut",
    {
        "auc": Value(
            "GrabCut, AUC",
            "Of the mask that GrabCut cuts out of the input. A mask has a single point of the ROC, and the area under "
            "its two straight lines is the mean of the shares of foreground and of background that it finds.",
            "higher",
            ceilings=ORACLE,
        ),
        "iou": Value(
            "GrabCut, IoU",
            "Overlap of the mask that GrabCut cuts out of the input and the true one, over their union.",
            "higher",
            ceilings=ORACLE,
        ),
        "f1": Value("GrabCut, F1", "Harmonic mean of precision and recall of this mask.", "higher", ceilings=ORACLE),
    },
    needs=("masks",),
    only="to_b",
)
def grabcut(direction: Direction) -> Result:
    """AUC, IoU and F1 of GrabCut's masks of the inputs, with a box inset from the border and with the masks' bounds."""
    inputs, masks = direction.inputs, direction.masks
    if not both_kinds(masks):
        return Result({})
    honest = [cut.grab_cut(image, cut.inset_box(*mask.shape)) for image, mask in zip(inputs, masks, strict=True)]
    oracle = [cut.grab_cut(image, cut.mask_box(mask)) for image, mask in zip(inputs, masks, strict=True)]
    values: dict[str, float] = {}
    for suffix, found in (("", honest), ("_oracle", oracle)):
        values |= {f"auc{suffix}": mask_auc(found, masks)} | overlap(found, masks, suffix)
    return Result(values, conditions={"n": len(masks)})


def mask_auc(found: Masks, masks: Masks) -> float:
    """The area under the ROC of extracted masks, all pixels together: the mean of sensitivity and specificity."""
    true, taken = flat(masks), flat(found)
    return float(np.mean([taken[true].mean(), (~taken[~true]).mean()]))

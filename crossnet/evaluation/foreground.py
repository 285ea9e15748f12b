"""Foreground extraction by luminance (§5.3, Fig. 10), where translations to B are on white.

The score of a pixel is 255 - luminance (Rec. 601) of the translation: dark is foreground, white is background. Floors
and the ceiling have the key of their metric with a suffix:

- `_input`: the luminance of the untranslated input;
- `_constant`: the constant prior: how often training images of B have an object at a pixel;
- `_permuted`: the translations measured with other images' masks, the mean over permutations;
- `_border_mean`, `_border_nearest`: rules without learning on the input;
- `_truth`: the true image, where it is known.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation import foreground_floors as floors
from crossnet.evaluation import roc
from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.testset import Direction, Images, Masks
from crossnet.images import decode, luminance, pixels

THRESHOLD = 243  # §5.3: a pixel is nearly white if its luminance exceeds 243

OVERLAP_FLOORS = {
    "_input": "untranslated input",
    "_constant": "constant prior",
    "_permuted": "other images’ masks",
}
AREA_FLOORS = OVERLAP_FLOORS | {
    "_border_mean": "mean distance from the border’s colours",
    "_border_nearest": "nearest colour of the border",
}
TRUTH = {"_truth": "truth"}


AREA = Value("", "", "higher", AREA_FLOORS, TRUTH, margin="auc", table=True)
OVERLAP = Value("", "", "higher", OVERLAP_FLOORS, TRUTH, table=True)


@Metric(
    "foreground",
    {
        "auc_within_place": replace(
            AREA,
            name="AUC within place",
            text="Area under the ROC curve of the translation’s luminance over the images at one fixed pixel, averaged "
            "over pixels by their pairs of an image with the object there and one without. 0.5 is chance, and what "
            "every constant map has: it asks whether a translation knows where this image’s object is.",
            compared=True,
        ),
        "auc": replace(
            AREA,
            name="AUC, all pixels",
            text="Area under the ROC curve of the translation’s luminance as a detector of foreground, pixels of all "
            "images together (§5.3). Where objects lie in the same place in most images, a map that never saw the "
            "input has a high one too: compare with the constant prior.",
            compared=True,
        ),
        "auc_per_image": replace(
            AREA,
            name="AUC, mean over images",
            text="The area image by image, then averaged; a constant map is rewarded as by the area of all pixels.",
        ),
        "iou": replace(
            OVERLAP,
            name="IoU",
            text="Overlap of the extracted and the true foreground, over their union.",
            margin="iou",
        ),
        "f1": replace(OVERLAP, name="F1", text="Harmonic mean of precision and recall of the extracted foreground."),
    },
    needs=("masks",),
    only="to_b",
    per_image=("auc", "iou"),
    curves=("translation", "input", "constant"),
)
def foreground(direction: Direction) -> Result:
    """The areas, IoU and F1 of the translations' luminance, with floors and ceiling, where B is on white."""
    translated, inputs, masks = direction.translated, direction.inputs, direction.masks
    if not roc.both_kinds(masks):
        kind = "object" if masks[0].all() else "background"
        wanted = "wanted both kinds; look at masksA, where small objects may be lost in resizing"
        return Result({}, left_out=f"every pixel of all {len(masks)} masks is {kind}, {wanted}")
    images = (pixels(decode(path)) for path in direction.train)
    prior = floors.constant_prior(images, THRESHOLD, masks[0].shape)
    if prior is not None and not floors.on_white(prior):
        return Result({})
    truths = direction.targets if direction.truth else None
    maps = {"translation": scores(translated), "input": scores(inputs)}
    maps |= {} if prior is None else {"constant": [prior] * len(masks)}
    return Result(
        roc.separation(maps["translation"], masks)
        | segmentation(translated, masks)
        | {"threshold": THRESHOLD}
        | references(translated, inputs, masks, truths, prior),
        per_image={
            "auc": roc.auc_per_image(roc.rank(scores(translated)), masks),
            "iou": iou_per_image(translated, masks),
        },
        curves={name: roc.curve(each, masks) for name, each in maps.items()},
    )


def scores(images: Images) -> list[NDArray[np.float64]]:
    """255 - luminance of each image, (H, W) in [0, 255]."""
    return [255 - luminance(image) for image in images]


def segmentation(images: Images, masks: Masks, suffix: str = "") -> dict[str, float]:
    """`iou` and `f1` of the foreground, pooled over all pixels: a luminance up to 243 is foreground."""
    return overlap(_extract(images), masks, suffix)


def overlap(found: Masks, masks: Masks, suffix: str = "") -> dict[str, float]:
    """`iou` and `f1` of extracted and true masks, pooled over all pixels, each key with the suffix; 0 for no pixels."""
    true, taken = roc.flat(masks), roc.flat(found)
    both, either = int((true & taken).sum()), int((true | taken).sum())
    return {f"iou{suffix}": both / max(1, either), f"f1{suffix}": 2 * both / max(1, both + either)}


def iou_per_image(images: Images, masks: Masks) -> NDArray[np.float64]:
    """The IoU of each image at 243, (N,); 0 where neither the mask nor the extracted foreground has a pixel."""
    return np.array([(f & m).sum() / max(1, (f | m).sum()) for f, m in zip(_extract(images), masks, strict=True)])


def references(
    translated: Images, inputs: Images, masks: Masks, truths: Images | None, prior: NDArray[np.float64] | None
) -> dict[str, float]:
    """The floors and the ceiling of every area, of IoU and of F1.

    The two border rules have areas alone, because they extract no mask. The `auc_within_place` of maps that depend on
    the image has an interval.

    Args:
        translated, inputs: the translations and their inputs, (H, W, 3) each.
        masks: (H, W) each.
        truths: the true images, if they are known.
        prior: of `constant_prior`, (H, W) in [0, 1]; None without training images.
    """
    images = {"_input": inputs} | ({} if truths is None else {"_truth": truths})
    maps = {suffix: scores(each) for suffix, each in images.items()}
    maps |= {"_border_mean": floors.border_mean(inputs), "_border_nearest": floors.border_nearest(inputs)}
    found: dict[str, float] = {}
    for suffix, scored in maps.items():
        found |= roc.areas(roc.rank(scored), masks, suffix) | roc.within_place_span(scored, masks, suffix)
    for suffix, each in images.items():
        found |= segmentation(each, masks, suffix)
    if prior is not None:
        found |= roc.areas(roc.rank([prior] * len(masks)), masks, "_constant")
        found |= overlap([floors.constant_mask(prior)] * len(masks), masks, "_constant")
    return found | _permuted(translated, masks)


def _permuted(translated: Images, masks: Masks) -> dict[str, float]:
    """The mean over permutations of the masks of every value; all of them have the same keys."""
    ranks = roc.rank(scores(translated))
    others = [[masks[i] for i in order] for order in floors.permutations(len(masks))]
    draws = [roc.areas(ranks, each, "_permuted") | segmentation(translated, each, "_permuted") for each in others]
    return {key: float(np.mean([draw[key] for draw in draws])) for key in (draws[0] if draws else {})}


def _extract(images: Images) -> list[NDArray[np.bool_]]:
    return [scored >= 255 - THRESHOLD for scored in scores(images)]

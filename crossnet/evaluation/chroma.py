"""Whether the colours of translations are those of the truth: the correlation of their chroma."""

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.paired import INPUT, of_background, of_object
from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.testset import Direction, Images, Masks

BLUE_DIFFERENCE = np.array([-0.168736, -0.331264, 0.5])  # Cb of RGB, Rec. 601
RED_DIFFERENCE = np.array([0.5, -0.418688, -0.081312])  # Cr

CHROMA = Value(
    "{}, correlation of chroma",
    "Pearson’s correlation of the translation’s Cb and Cr with the truth’s, all pixels of all images together. 1 is "
    "the truth’s colours up to contrast.",
    "higher",
    INPUT,
    best=1.0,
    table=True,
)


@Metric(
    "paired",
    {
        "to_*_chroma": CHROMA,
        "to_*_chroma_object": of_object(CHROMA),
        "to_*_chroma_background": of_background(CHROMA),
    },
    needs=("truth",),
)
def chroma(direction: Direction) -> Result:
    """The correlation of chroma with the truth's, of whole images and of parts.

    A part is measured where its truth is known. The background is also left out where the truth of one direction is the
    object alone: then the other domain is on white, which has no chroma.
    """
    parts: dict[str, Masks | None] = {"to_*_chroma": None} if direction.truth == "image" else {}
    if direction.masks:
        parts["to_*_chroma_object"] = direction.masks
        if all(known == "image" for known in direction.truths.values()):
            parts["to_*_chroma_background"] = [~mask for mask in direction.masks]
    values: dict[str, float | None] = {}
    for key, masks in parts.items():
        values[key] = chroma_correlation(direction.translated, direction.targets, masks)
        values[f"{key}_input"] = chroma_correlation(direction.inputs, direction.targets, masks)
    return Result(values)


def chroma_correlation(translated: Images, truths: Images, masks: Masks | None = None) -> float | None:
    """Pearson's correlation of Cb and Cr of all pixels of all images together, in [-1, 1].

    Covariances and variances are sums over both channels, each about its own mean.

    Args:
        translated, truths: (H, W, 3) each.
        masks: (H, W) each: the pixels to use; None for all.

    Returns:
        None where either has a single chroma, as white has.
    """
    x, y = (_centred(images, masks) for images in (translated, truths))
    size = np.sqrt((x**2).sum() * (y**2).sum())
    return float(np.clip((x * y).sum() / size, -1, 1)) if size > 1e-9 * len(x) else None


def _centred(images: Images, masks: Masks | None) -> NDArray[np.float64]:
    """(P, 2): Cb and Cr of the pixels to use, less their means."""
    chosen = [image.reshape(-1, 3) for image in images]
    if masks is not None:
        chosen = [pixels[mask.ravel()] for pixels, mask in zip(chosen, masks, strict=True)]
    chroma = np.concatenate(chosen) @ np.stack([BLUE_DIFFERENCE, RED_DIFFERENCE], axis=1)
    return np.asarray(chroma - chroma.mean(0)) if len(chroma) else chroma

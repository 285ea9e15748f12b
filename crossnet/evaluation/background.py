"""How much of the background a translation changes, which by claim C3 (§5.1) it should not."""

import numpy as np
from numpy.typing import NDArray

from crossnet.evaluation.registry import Metric, Result, Value
from crossnet.evaluation.testset import Direction, Image, Images, Masks

SAME = 4  # levels of 255: input and truth that differ by no more, in any channel, show the same background
CHANGED = 16  # levels of 255: a pixel that differs by more, in any channel, is another one to the eye


BACKGROUND_CHANGED = Value(
    "{}, background changed",
    "Share of the background’s pixels that the translation made others than the input’s (claim C3). Where the target "
    "domain has another background, it should.",
    table=True,
)


@Metric("paired", {"to_*_background_changed": BACKGROUND_CHANGED}, needs=("truth",))
def background_changed(direction: Direction) -> Result:
    """The share of the background's pixels that a translation changes."""
    share = changed_share(direction.translated, direction.inputs, direction.targets, direction.masks)
    conditions = {"background_levels": CHANGED, "n": len(direction.names)}
    return Result({"to_*_background_changed": share}, conditions=conditions)


def changed_share(translated: Images, inputs: Images, truths: Images, masks: Masks) -> float | None:
    """The share in [0, 1] of all background pixels that differ from the input by more than 16 levels in a channel.

    Args:
        translated, inputs, truths: (H, W, 3) each.
        masks: (H, W) each; background is what lies outside. Without masks, background is where input and truth differ
            by at most 4 levels.

    Returns:
        None where there is no background.
    """
    if masks:
        background = [~mask for mask in masks]
    else:
        background = [_difference(x, y) <= SAME for x, y in zip(inputs, truths, strict=True)]
    differ = [_difference(x, y) > CHANGED for x, y in zip(translated, inputs, strict=True)]
    changed = sum(int((d & b).sum()) for d, b in zip(differ, background, strict=True))
    total = sum(int(b.sum()) for b in background)
    return changed / total if total else None


def _difference(x: Image, y: Image) -> NDArray[np.int16]:
    """The largest difference of the channels, (H, W) in levels."""
    return np.abs(x.astype(np.int16) - y).max(-1)

"""How much of the background a translation changes, which by claim C3 (§5.1) it should not and does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SAME = 4  # levels of 255: input and truth that differ by no more, in any channel, show the same background
CHANGED = 16  # levels of 255: a pixel that differs by more, in any channel, is another one to the eye

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)


def background_changed(
    translated: Images, inputs: Images, truths: Images, masks: Sequence[NDArray[np.bool_]]
) -> float | None:
    """The share of all background pixels whose translation differs from the input.

    Background is what lies outside of the masks (True on the object); without masks, the pixels that are the same in
    input and truth within 4 levels. A pixel differs by more than 16 levels in one of its channels. None where there is
    no background.
    """
    if masks:
        behind = [~mask for mask in masks]
    else:
        behind = [_difference(x, y) <= SAME for x, y in zip(inputs, truths, strict=True)]
    differ = [_difference(x, y) > CHANGED for x, y in zip(translated, inputs, strict=True)]
    changed = sum(int((d & b).sum()) for d, b in zip(differ, behind, strict=True))
    total = sum(int(b.sum()) for b in behind)
    return changed / total if total else None


def _difference(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The largest of the channels' differences, (H, W) in levels."""
    return np.abs(x.astype(np.int16) - y).max(-1)

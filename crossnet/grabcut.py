"""GrabCut (Rother et al., SIGGRAPH 2004) by OpenCV: an object is cut out of its picture, given a box around it.

Nothing is trained. Outside of the box is background for good; inside, a minimal cut divides the pixels by two mixtures
of colours, of the foreground and of the background, which are fitted again after each cut.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # (H, W, 3), RGB
Mask = NDArray[np.bool_]  # (H, W), True on the object

ITERATIONS = 5  # of the cut and the mixtures; the paper iterates until nothing changes, OpenCV as often as it is told
SIDE = 128  # pixels of the shorter side, at least: in pictures of 32x32 the cut often leaves nothing of the object
INSET = 0.02  # of a picture's side: the margin of the box that is drawn without looking
MODEL = 65  # numbers of OpenCV's mixture: 5 components of a weight, 3 means and 9 covariances


class Box(NamedTuple):
    """A rectangle of a picture, in pixels."""

    top: int
    left: int
    height: int
    width: int


def inset_box(height: int, width: int) -> Box:
    """The box that needs no knowledge: all of a picture but a margin of INSET, 1 pixel at least."""
    down, right = (max(1, round(INSET * side)) for side in (height, width))
    return Box(down, right, height - 2 * down, width - 2 * right)


def mask_box(mask: Mask) -> Box | None:
    """The bounds of a mask, None for an empty one: an oracle, since it knows where the true object ends.

    It leaves a margin of 1 pixel, without which no pixel would be known to be background.
    """
    if not mask.any():
        return None
    spans = [np.flatnonzero(mask.any(1 - axis)).clip(1, mask.shape[axis] - 2) for axis in (0, 1)]
    (top, bottom), (left, right) = ((int(span[0]), int(span[-1])) for span in spans)
    return Box(top, left, bottom - top + 1, right - left + 1)


def grab_cut(image: Image, box: Box | None) -> Mask:
    """Cut the object out of a picture, given a box that is smaller than the picture; without a box there is none.

    In a picture with a side below SIDE each pixel becomes a square of equal pixels first. The result depends on the
    arguments alone: OpenCV's random numbers begin again for each picture. Where no pixel is left for either mixture,
    there is no object.
    """
    import cv2

    height, width = image.shape[:2]
    if box is None:
        return np.zeros((height, width), np.bool_)
    cv2.setRNGSeed(0)
    times = max(1, math.ceil(SIDE / min(height, width)))
    mixtures, cut = np.zeros((2, 1, MODEL)), np.zeros((height * times, width * times), np.uint8)
    rectangle = [times * side for side in (box.left, box.top, box.width, box.height)]
    bgr = np.ascontiguousarray(image[..., ::-1].repeat(times, 0).repeat(times, 1))
    try:
        cv2.grabCut(bgr, cut, rectangle, mixtures[0], mixtures[1], ITERATIONS, cv2.GC_INIT_WITH_RECT)
    except cv2.error as error:
        if "initGMMs" not in str(error):
            raise
        return np.zeros((height, width), np.bool_)
    found = (cut == cv2.GC_FGD) | (cut == cv2.GC_PR_FGD)
    share: NDArray[np.bool_] = found.reshape(height, times, width, times).mean((1, 3)) >= 0.5
    return share


def on_white(image: Image, mask: Mask) -> Image:
    """The picture where the mask is True, and white elsewhere: the translation of §5.3."""
    return np.where(mask[..., None], image, np.uint8(255))

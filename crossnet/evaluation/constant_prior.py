"""A score map that never saw an input: where objects use to be in the training images of a domain on white."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.images import luminance

ON_WHITE = 0.5  # share of objects at the border of the picture, above which images are not on white


def constant_prior(
    images: Iterable[NDArray[np.uint8]], threshold: float, shape: tuple[int, int]
) -> NDArray[np.float64] | None:
    """The share of images (H, W, 3) whose luminance is at most the threshold, pixel by pixel: `shape`, in [0, 1].

    Images that are larger than the test's are scaled to its size: training crops them at random places. None without
    images.
    """
    dark, count = np.zeros(()), 0
    for image in images:
        dark, count = dark + (luminance(image) <= threshold), count + 1
    if not count:
        return None
    share = Image.fromarray((dark / count).astype(np.float32))
    return np.asarray(share.resize(shape[::-1], Image.Resampling.BILINEAR), np.float64)


def best_guess(share: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The one mask (H, W) for all images that overlaps best with objects as often at each pixel as `share` says.

    Of the masks of all pixels above a threshold it has the largest IoU over the images that the share is of, all
    pixels together; by the share alone, without looking at a test image.
    """
    levels = np.sort(share, axis=None)[::-1]
    found = levels.cumsum()
    overlap = found / np.maximum(np.arange(1, levels.size + 1) + levels.sum() - found, 1)
    return share >= levels[overlap.argmax()]


def on_white(share: NDArray[np.float64]) -> bool:
    """Whether the images that the share (H, W) is of have white around their objects, by the picture's border."""
    border = np.ones(share.shape, np.bool_)
    border[1:-1, 1:-1] = False
    return float(share[border].mean()) < ON_WHITE

"""Foreground without a translation: the tricks that are the floors of the foreground metrics."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.evaluation.testset import Images
from crossnet.images import luminance

Array = NDArray[np.float64]

PERMUTATIONS = 5
SEED = 0
BORDER = 1  # pixels
ON_WHITE = 0.5  # share of objects at the border of the picture, above which images are not on white


def constant_prior(images: Iterable[NDArray[np.uint8]], threshold: float, shape: tuple[int, int]) -> Array | None:
    """One score map for all test images: how often there is an object at each pixel of images on white.

    Args:
        images: training images, (H, W, 3) each.
        threshold: a pixel with a luminance up to it is of an object.
        shape: (H, W) of the test images. Training images are larger where training crops them at random places; then
            the map is scaled.

    Returns:
        The share of images with an object at a pixel, `shape`, in [0, 1]; None without images.
    """
    dark, count = np.zeros(()), 0
    for image in images:
        dark, count = dark + (luminance(image) <= threshold), count + 1
    if not count:
        return None
    share = Image.fromarray((dark / count).astype(np.float32))
    return np.asarray(share.resize(shape[::-1], Image.Resampling.BILINEAR), np.float64)


def constant_mask(share: Array) -> NDArray[np.bool_]:
    """The one mask (H, W) for all test images that overlaps best with objects as frequent as `share` (H, W) says.

    Among the masks of all pixels above a threshold it has the largest IoU with the images that the share is of, all
    pixels together.
    """
    levels = np.sort(share, axis=None)[::-1]
    found = levels.cumsum()
    overlap = found / np.maximum(np.arange(1, levels.size + 1) + levels.sum() - found, 1)
    return share >= levels[overlap.argmax()]


def on_white(share: Array) -> bool:
    """Whether images are on white: whether most have no object at the picture's border, by the share (H, W)."""
    return float(share[_border(share.shape)].mean()) < ON_WHITE


def border_mean(images: Images) -> list[Array]:
    """The mean Euclidean distance, in RGB levels, of a pixel's colour to all colours of the border: (H, W) each.

    This and `border_nearest` follow from the boundary prior of salient object detection (Wei et al. 2012, "Geodesic
    saliency using background priors"): the border of a picture is background.
    """
    return [_border_mean(image.astype(np.float64)) for image in images]


def border_nearest(images: Images) -> list[Array]:
    """The Euclidean distance, in CIELAB, of a pixel's colour to the most similar colour of the border: (H, W) each.

    It is the stronger rule where the background has several colours.
    """
    from skimage.color import rgb2lab

    return [_border_nearest(rgb2lab(image)) for image in images]


def permutations(count: int) -> list[NDArray[np.int64]]:
    """PERMUTATIONS seeded permutations (count,) without a fixed point; none for fewer than 2.

    Each is a random cycle through all: the successor of i in it takes the place of i.
    """
    if count < 2:
        return []
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(PERMUTATIONS):
        cycle = rng.permutation(count)
        places = np.empty(count, np.int64)
        places[cycle] = np.roll(cycle, -1)
        found.append(places)
    return found


def _border(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """True at the outermost pixels of an image."""
    outside = np.ones(shape, np.bool_)
    outside[BORDER:-BORDER, BORDER:-BORDER] = False
    return outside


def _border_mean(colours: Array) -> Array:
    border, found = colours[_border(colours.shape[:2])], np.empty(colours.shape[:2])
    for i, row in enumerate(colours):  # a row at a time: all pairs of an image would take gigabytes
        found[i] = np.linalg.norm(row[:, None] - border, axis=-1).mean(1)
    return found


def _border_nearest(colours: Array) -> Array:
    from scipy.spatial import KDTree

    distances, _ = KDTree(colours[_border(colours.shape[:2])]).query(colours.reshape(-1, 3))
    return np.asarray(distances).reshape(colours.shape[:2])

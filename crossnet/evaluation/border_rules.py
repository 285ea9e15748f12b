"""Foreground without learning: the border of a picture is background, and what has other colours is the object.

Two rules of one pixel's colour and those of the outermost pixels of the same image. They know nothing of other images.
Both follow from the boundary prior of salient object detection (Wei et al. 2012, "Geodesic saliency using background
priors").
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from skimage.color import rgb2lab

Images = Sequence[NDArray[np.uint8]]  # each (H, W, 3)

WIDTH = 1  # pixels of the border


def mean_distance(images: Images) -> list[NDArray[np.float64]]:
    """The mean Euclidean distance in RGB to all colours of the border, in levels: (H, W) each."""
    return [_mean_distance(image.astype(np.float64)) for image in images]


def nearest_distance(images: Images) -> list[NDArray[np.float64]]:
    """The Euclidean distance in CIELAB to the most similar colour of the border: (H, W) each.

    It is the stronger rule where the background has several colours.
    """
    return [_nearest_distance(rgb2lab(image)) for image in images]


def _mean_distance(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, found = _border(colours), np.empty(colours.shape[:2])
    for i, row in enumerate(colours):
        found[i] = np.linalg.norm(row[:, None] - rows, axis=-1).mean(1)
    return found


def _nearest_distance(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    distances, _ = KDTree(_border(colours)).query(colours.reshape(-1, 3))
    return np.asarray(distances).reshape(colours.shape[:2])


def _border(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """The colours of the outermost pixels, (B, 3)."""
    outside = np.ones(colours.shape[:2], np.bool_)
    outside[WIDTH:-WIDTH, WIDTH:-WIDTH] = False
    return colours[outside]

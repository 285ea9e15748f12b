"""How white the border of a picture is: what tells a product photo from a scene."""

import numpy as np
from numpy.typing import NDArray

WIDTH = 0.02  # of the border, as a share of the shorter edge; at least a pixel


def white_share(rgb: NDArray[np.uint8], above: float) -> float:
    """The share of the border's pixels, all around, with each of R, G and B at `above` or more.

    rgb: (H, W, 3) uint8; above: a level, 0 to 255; returns a value in [0, 1].
    """
    height, width, _ = rgb.shape
    edge = max(1, round(WIDTH * min(height, width)))
    border = np.ones((height, width), dtype=bool)
    border[edge : height - edge, edge : width - edge] = False
    return float((rgb[border].min(axis=1) >= above).mean())

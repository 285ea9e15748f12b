"""A grid of fixed test images and their translations, to watch a training by."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from crossnet.images import decode, from_range, grid, list_images, pixels, to_range
from crossnet.training.method import Method, Side


class Preview:
    """The first `count` test images of each side; `draw` puts them over their translations, both ways."""

    def __init__(self, test_a: Path, test_b: Path, count: int = 8):
        self._a, self._b = (
            np.stack([pixels(decode(path)) for path in list_images(side)[:count]]) for side in (test_a, test_b)
        )

    @torch.no_grad()
    def draw(self, method: Method) -> NDArray[np.uint8]:
        """(H, W, 3) uint8: four rows, A, A to B, B, B to A."""
        rows = (self._a, self._translate(method, self._a, "b"), self._b, self._translate(method, self._b, "a"))
        return grid([list(row) for row in rows])

    def _translate(self, method: Method, rgb: NDArray[np.uint8], to: Side) -> NDArray[np.uint8]:
        device = next(next(iter(method.networks.values())).parameters()).device
        return from_range(method.translate(torch.from_numpy(to_range(rgb)).to(device), to).float().cpu().numpy())

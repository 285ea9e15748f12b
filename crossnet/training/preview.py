"""Fixed images to watch a training by: a grid of their translations, and the effective rank of their codes."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crossnet.image_folders import list_images
from crossnet.images import decode, from_range, grid, pixels, to_range
from crossnet.methods.base import Domain, Method
from crossnet.training.diagnostics import effective_rank


def watched(prepared: Path) -> tuple[Path, Path]:
    """The sides to watch a training by: those to validate on, or of the test where there are none."""
    split = "valid" if (prepared / "validA").is_dir() else "test"
    return prepared / f"{split}A", prepared / f"{split}B"


class Preview:
    """The first `count` images of each of two sides.

    `draw` puts them over their translations, both ways; `code_ranks` measures their codes.
    """

    def __init__(self, test_a: Path, test_b: Path, count: int = 8):
        self._a, self._b = (
            np.stack([pixels(decode(path)) for path in list_images(side)[:count]]) for side in (test_a, test_b)
        )

    @torch.no_grad()
    def draw(self, method: Method) -> NDArray[np.uint8]:
        """(H, W, 3) uint8: four rows, A, A to B, B, B to A."""
        rows = (self._a, self._translate(method, self._a, "b"), self._b, self._translate(method, self._b, "a"))
        return grid([list(row) for row in rows])

    @torch.no_grad()
    def code_ranks(self, method: Method) -> dict[str, float]:
        """`code_rank/z_b` of the codes of A's images, and `code_rank/z_a` of B's: how many dimensions they use."""
        codes = {
            "z_a": method.encode(_tensor(method, self._b), "a"),
            "z_b": method.encode(_tensor(method, self._a), "b"),
        }
        return {f"code_rank/{name}": effective_rank(z) for name, z in codes.items()}

    def _translate(self, method: Method, rgb: NDArray[np.uint8], to: Domain) -> NDArray[np.uint8]:
        return from_range(method.translate(_tensor(method, rgb), to).float().cpu().numpy())


def _tensor(method: Method, rgb: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) in [-1, 1], where the method's weights are."""
    device = next(next(iter(method.networks.values())).parameters()).device
    return torch.from_numpy(to_range(rgb)).to(device)

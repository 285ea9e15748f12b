"""Fixed images that show how a training goes: a grid of their translations, and the effective rank of their codes."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crossnet.image_folders import list_images
from crossnet.images import decode, from_range, grid, pixels, to_range
from crossnet.methods.base import Domain, Method
from crossnet.training.diagnostics import code_rank


class Preview:
    """The first `count` images of each domain of a prepared task: of its validation, or of its test without one."""

    def __init__(self, prepared: Path, count: int = 8):
        split = "valid" if (prepared / "validA").is_dir() else "test"
        self._a, self._b = (
            np.stack([pixels(decode(path)) for path in list_images(prepared / f"{split}{domain}")[:count]])
            for domain in "AB"
        )

    @torch.no_grad()
    def draw(self, method: Method) -> NDArray[np.uint8]:
        """A grid, (H, W, 3) uint8, of four rows: A, A to B, B, B to A; of two for a method of one direction."""
        sources: dict[Domain, NDArray[np.uint8]] = {"b": self._a, "a": self._b}
        rows = [rgb for to in method.directions for rgb in (sources[to], self._translate(method, sources[to], to))]
        return grid([list(row) for row in rows])

    @torch.no_grad()
    def code_ranks(self, method: Method) -> dict[str, float]:
        """Effective ranks: `code_rank/z_b` of the codes of A's images, and `code_rank/z_a` of B's, if it has codes."""
        codes = {
            "z_a": method.encode(_tensor(method, self._b), "a"),
            "z_b": method.encode(_tensor(method, self._a), "b"),
        }
        return {f"code_rank/{name}": code_rank(z) for name, z in codes.items() if z is not None}

    def _translate(self, method: Method, rgb: NDArray[np.uint8], to: Domain) -> NDArray[np.uint8]:
        return from_range(method.translate(_tensor(method, rgb), to).float().cpu().numpy())


def _tensor(method: Method, rgb: NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) in [-1, 1], where the method's weights are."""
    return torch.from_numpy(to_range(rgb)).to(method.device)

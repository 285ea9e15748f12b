"""GrabCut (Rother et al., SIGGRAPH 2004), which trains nothing: A to B alone, for tasks whose B is on white.

A translation is the input where GrabCut finds the object, and white elsewhere, as in §5.3. The box is inset from the
border: the test's masks, and boxes drawn by hand as in the paper, are not for a method to see.
"""

from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crossnet.grabcut import Mask, grab_cut, inset_box
from crossnet.images import from_range
from crossnet.methods.base import Domain, Method
from crossnet.methods.graph import Loss

LOSSES: dict[str, Loss] = {}


@final
class GrabCut(Method):
    """It has no networks and no phases. The score map of an image is its mask: 1 on the object, 0 elsewhere."""

    phases = ()
    directions = ("b",)
    translates_with = ()
    multiple = 1

    def __init__(self, *_: Any, **__: Any):
        """Take what every method takes, and need none of it."""
        super().__init__({})
        self.pace = {"images": 1}  # a training of one step, which does nothing

    def translate(self, x: Tensor, to: Domain, style: Tensor | None = None) -> Tensor:
        return torch.where(self._masks(x)[:, None], x, 1.0)

    def scores(self, x: Tensor) -> Tensor:
        return self._masks(x).float()

    def _masks(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] -> (N, H, W), True on the object."""
        rgb: NDArray[np.uint8] = from_range(x.float().cpu().numpy())
        found: list[Mask] = [grab_cut(image, inset_box(*image.shape[:2])) for image in rgb]
        return torch.from_numpy(np.stack(found)).to(x.device)


METHOD = GrabCut

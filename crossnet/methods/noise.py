"""What methods draw at random while they train, from a generator of their own whose state is saved.

It is drawn outside of what computes losses: a CUDA graph would draw more often when it is captured, and a training that
went on from a checkpoint would differ from one that was never interrupted.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Noise(nn.Module):
    """Random tensors, drawn on the CPU whatever the device: the same for a seed everywhere."""

    def __init__(self, seed: int):
        super().__init__()
        self._random = torch.Generator().manual_seed(seed)

    def normal(self, like: Tensor, *shape: int) -> Tensor:
        """N(0, 1) of a shape (N, ...), N and the device those of `like`."""
        return normal(self._random, like, *shape)

    def uniform(self, like: Tensor, *shape: int) -> Tensor:
        """U(0, 1) of a shape (N, ...), N and the device those of `like`."""
        drawn = torch.rand(len(like), *shape, generator=self._random)
        return drawn.to(like)

    def of_codes(self, x_a: Tensor, width: int) -> dict[str, Tensor]:
        """N(0, 1) for the codes (N, 4 width, H/4, W/4) of both domains: e_a and e_b, for images like x_a."""
        height, across = x_a.shape[2:]
        return {f"e_{side}": self.normal(x_a, 4 * width, height // 4, across // 4) for side in "ab"}

    def get_extra_state(self) -> dict[str, Tensor]:
        """The random state, for `state_dict`."""
        return {"random": self._random.get_state()}

    def set_extra_state(self, state: Mapping[str, Tensor]) -> None:
        """Restore what `get_extra_state` gave."""
        self._random.set_state(state["random"].cpu())


def plus(h: Tensor, e: Tensor | float) -> Tensor:
    """A code with noise; `e` is 0.0 where none is wanted."""
    return h + e


def normal(generator: torch.Generator, like: Tensor, *shape: int) -> Tensor:
    """N(0, 1) of a shape (N, ...), N, type and device those of `like`, from a generator on the CPU."""
    drawn = torch.randn(len(like), *shape, generator=generator)
    return drawn.to(like)

"""What the training loop knows of a method: its networks, its phases, and how it translates.

A method is abstract here and final in `crossnet.methods.<name>.method`, which defines one subclass called `METHOD`.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn

from crossnet.engine.executor import Apply, batched

Side = Literal["a", "b"]
Given = Mapping[str, Tensor]  # what the terms of a phase read, by name: images (N, 3, H, W) in [-1, 1]
# of x_a, x_b and what was chosen: the objective to descend, and named scalars to log (the terms without weights)
Judged = tuple[Tensor, dict[str, Tensor]]


@dataclass(frozen=True)
class Phase:
    """One update: the networks that it trains, together and alone, and the objective that they descend.

    `terms` does the same work for any images x_a and x_b, and nothing but that work, so that it can be recorded and
    played again; what is chosen anew each time, `choose` gives it beside them.
    """

    name: str
    trains: tuple[str, ...]
    terms: Callable[..., Judged]
    choose: Callable[[], Given] = dict
    every: int = 1

    def due(self, step: int) -> bool:
        """Whether this phase is part of the step (counted from 0)."""
        return step % self.every == 0

    def given(self, x_a: Tensor, x_b: Tensor) -> Given:
        """All that the terms read in a step with these images."""
        return {"x_a": x_a, "x_b": x_b, **self.choose()}

    def judge(self, x_a: Tensor, x_b: Tensor) -> Judged:
        """The objective and the terms of a step with these images."""
        return self.terms(**self.given(x_a, x_b))


class Method(ABC):
    """Networks by name, the phases of one step in order, and the translation.

    Subclasses are built from plain mappings, blocks of params.yaml: `networks` (widths, numbers of blocks), `weights`
    (of the loss terms, and options), `image_pool` (size, reuse_probability); from a seed, the same for all processes
    that train together, and the rank of this one, which has its own image pools. `apply` makes the calls of networks.
    """

    networks: Mapping[str, nn.Module]
    phases: tuple[Phase, ...]

    @abstractmethod
    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        apply: Apply = batched,
    ): ...

    @property
    @abstractmethod
    def translates_with(self) -> tuple[str, ...]:
        """The names of the networks that `translate` uses, and that a released model holds."""

    @abstractmethod
    def memory(self) -> dict[str, Tensor]:
        """What the method remembers between steps beside its weights, such as histories of translations."""

    @abstractmethod
    def recall(self, memory: Mapping[str, Tensor]) -> None:
        """Remember what `memory` gave, and nothing else."""

    @abstractmethod
    def translate(self, x: Tensor, to: Side) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1] of one domain -> the other one; H and W are multiples of 4."""

    @abstractmethod
    def encode(self, x: Tensor, to: Side) -> Tensor:
        """The code (N, C, h, w) that `translate` decodes, for the same images."""


def load(name: str) -> type[Method]:
    """The method of that name: `crossnet.methods.<name>.method.METHOD`."""
    method: type[Method] = importlib.import_module(f"crossnet.methods.{name}").METHOD
    return method

"""What the training loop knows of a method: its networks, the phases of a step, and how it translates.

A method is a module `crossnet.methods.<name>` that defines `METHOD`, a final subclass of `Method`.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

Domain = Literal["a", "b"]
Loss = tuple[Tensor, dict[str, Tensor]]  # the scalar to descend, and named scalars for the log


@dataclass(frozen=True)
class Phase:
    """One optimizer update of a step.

    name: of the phase and of its optimizer.
    networks: names of the networks whose weights it moves.
    loss: of the phase's inputs, by name; does the same work for any inputs, so that a CUDA graph can replay it.
    sample: inputs beside the images x_a and x_b that are drawn for each step, such as old translations.
    every: the phase is due in every n-th step.
    """

    name: str
    networks: tuple[str, ...]
    loss: Callable[..., Loss]
    sample: Callable[[], Mapping[str, Tensor]] = dict
    every: int = 1

    def due(self, step: int) -> bool:
        """Whether this phase is part of the step (counted from 0)."""
        return step % self.every == 0

    def inputs(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        """All inputs of `loss` in a step with these images, (N, 3, H, W) in [-1, 1]."""
        return {"x_a": x_a, "x_b": x_b, **self.sample()}


class Method(nn.Module, ABC):
    """Networks by name, the phases of a step in order, and the translation.

    Its `state_dict` holds all that a training remembers of it: weights, and past translations in image pools.

    directions: the domains that it translates to.
    paired: whether it learns from pairs: x_a and x_b then show the same. Written out as True, since the parameters are
        checked by the syntax of the module.
    """

    phases: tuple[Phase, ...]
    directions: tuple[Domain, ...] = ("b", "a")
    paired: bool = False

    def __init__(self, networks: Mapping[str, nn.Module]):
        super().__init__()
        self.networks: Mapping[str, nn.Module] = nn.ModuleDict(networks)  # type: ignore[assignment]

    @property
    @abstractmethod
    def translates_with(self) -> tuple[str, ...]:
        """The names of the networks that `translate` uses, and that a released model holds."""

    @abstractmethod
    def translate(self, x: Tensor, to: Domain) -> Tensor:
        """Translate images (N, 3, H, W) in [-1, 1] of the other domain to `to`; H and W are multiples of 4."""

    @abstractmethod
    def encode(self, x: Tensor, to: Domain) -> Tensor:
        """Compute the codes (N, C, h, w) that `translate` decodes for the same images."""

    def scores(self, x: Tensor) -> Tensor | None:
        """Score where images of A (N, 3, H, W) have their object: (N, H, W) in [0, 1]; None: it scores nothing."""
        return None

    def parameters_of(self, phase: Phase) -> list[nn.Parameter]:
        """The weights that a phase moves."""
        return [p for name in phase.networks for p in self.networks[name].parameters()]

    @property
    def device(self) -> torch.device:
        """Where the first network is that translates; those that do not translate may have no weights."""
        return next(self.networks[self.translates_with[0]].parameters()).device


def load(name: str) -> Callable[..., Method]:
    """The class of a method: `crossnet.methods.<name>.METHOD`."""
    method: Callable[..., Method] = importlib.import_module(f"crossnet.methods.{name}").METHOD
    return method

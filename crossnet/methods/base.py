"""What the training loop knows of a method: its networks, the phases of a step, and how it translates.

A method is a module `crossnet.methods.<name>` that defines `METHOD`, a final subclass of `Method`.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

Domain = Literal["a", "b"]
Loss = tuple[Tensor, dict[str, Tensor]]  # the scalar to descend, and named scalars for the log


def draw_nothing(x_a: Tensor, x_b: Tensor) -> Mapping[str, Tensor]:
    """What a phase draws that needs the images alone."""
    return {}


@dataclass(frozen=True)
class Phase:
    """One optimizer update of a step.

    name: of the phase.
    networks: names of the networks whose weights it moves.
    loss: of the phase's inputs, by name; does the same work for any inputs, so that a CUDA graph can replay it.
    sample: of the step's images, inputs beside them that are drawn for each step: noise, old translations.
    every, turns: the phase is due in the steps whose number modulo `every` is one of `turns`.
    since, until: shares of the training between which it is due.
    rate: factor on the schedule's learning rate.
    clip: norm at which its gradients are clipped, all of them together; 0: not at all.
    clamp: bound of its weights after the update; 0: none.
    moments: name of the optimizer; phases of one name share its moments. The phase's own name if empty.
    """

    name: str
    networks: tuple[str, ...]
    loss: Callable[..., Loss]
    sample: Callable[[Tensor, Tensor], Mapping[str, Tensor]] = draw_nothing
    every: int = 1
    turns: tuple[int, ...] = (0,)
    since: float = 0.0
    until: float = 1.0
    rate: float = 1.0
    clip: float = 0.0
    clamp: float = 0.0
    moments: str = ""

    def due(self, step: int, steps: int) -> bool:
        """Whether this phase is part of a step, counted from 0, of so many."""
        return step % self.every in self.turns and self.since * steps <= step < self.until * steps

    @property
    def optimizer(self) -> str:
        """The name of its optimizer."""
        return self.moments or self.name

    @property
    def share(self) -> float:
        """In what share of a training's steps it is due."""
        return (self.until - self.since) * len(self.turns) / self.every

    def inputs(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        """All inputs of `loss` in a step with these images, (N, 3, H, W) in [-1, 1]."""
        return {"x_a": x_a, "x_b": x_b, **self.sample(x_a, x_b)}


class Method(nn.Module, ABC):
    """Networks by name, the phases of a step in order, and the translation.

    Its `state_dict` holds all that a training remembers of it: weights, past translations in image pools, the state of
    its noise.

    directions: the domains that it translates to.
    paired: whether it learns from pairs: x_a and x_b then show the same. Written out as True, since the parameters are
        checked by the syntax of the module.
    multiple: the height and width of what `translate` is given are multiples of it, and 8 at least.
    has_styles: whether an image has many translations, one for each style that `draw_style` draws.
    pace: what the method sets of `crossnet.training.schedule.Schedule` in place of the scale.
    """

    phases: tuple[Phase, ...]
    directions: tuple[Domain, ...] = ("b", "a")
    paired: bool = False
    multiple: int = 4
    has_styles: bool = False
    pace: dict[str, Any]

    def __init__(self, networks: Mapping[str, nn.Module]):
        super().__init__()
        self.networks: Mapping[str, nn.Module] = nn.ModuleDict(networks)  # type: ignore[assignment]
        self.pace = {}

    @property
    @abstractmethod
    def translates_with(self) -> tuple[str, ...]:
        """The names of the networks that `translate` uses, and that a released model holds."""

    @abstractmethod
    def translate(self, x: Tensor, to: Domain, style: Tensor | None = None) -> Tensor:
        """Translate images (N, 3, H, W) in [-1, 1] of the other domain to `to`.

        style: one for each image, of `draw_style` or `style_of`; None: the one of seed 0, where the method has styles.
        """

    def encode(self, x: Tensor, to: Domain) -> Tensor | None:
        """Compute the codes (N, C, h, w) that `translate` decodes for the same images; None: the method has none."""
        return None

    def draw_style(self, x: Tensor, to: Domain, generator: torch.Generator) -> Tensor | None:
        """Draw the style (1, ...) of a translation of one image (1, 3, H, W); None: the method has no styles."""
        return None

    def style_of(self, x: Tensor, domain: Domain) -> Tensor | None:
        """The styles of images (N, 3, H, W) of a domain, for translations to it; None: images have none."""
        return None

    def scores(self, x: Tensor) -> Tensor | None:
        """Score where images of A (N, 3, H, W) have their object: (N, H, W) in [0, 1]; None: it scores nothing."""
        return None

    def parameters_of(self, phase: Phase) -> list[nn.Parameter]:
        """The weights that a phase moves."""
        return [p for name in phase.networks for p in self.networks[name].parameters()]

    @property
    def device(self) -> torch.device:
        """Where the networks are that translate; the CPU without any. Others may have no weights."""
        weights = (p for name in self.translates_with for p in self.networks[name].parameters())
        return next((p.device for p in weights), torch.device("cpu"))


def load(name: str) -> Callable[..., Method]:
    """The class of a method: `crossnet.methods.<name>.METHOD`."""
    method: Callable[..., Method] = importlib.import_module(f"crossnet.methods.{name}").METHOD
    return method

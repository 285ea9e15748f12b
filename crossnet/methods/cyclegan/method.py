"""CycleGAN [25]: the comparator, with its own weights, on CrossNet's generators, discriminators and trainer."""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor

from crossnet.methods.cyclegan.losses import TERMS
from crossnet.methods.cyclegan.networks import build
from crossnet.methods.cyclegan.paths import CYCLE_PATHS
from crossnet.nn.diagnostics import code_norm
from crossnet.nn.objective import objective
from crossnet.nn.paths import Apply, Paths, batched
from crossnet.training.adversary import Adversary
from crossnet.training.method import Method, Phase, Side
from crossnet.training.seeds import derive


@final
class CycleGAN(Method):
    """The generators, then the discriminators. `weights`: gan, cycle, identity (at least one not zero)."""

    translates_with = ("E_ab", "D_b", "E_ba", "D_a")

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        history: Mapping[str, Any],
        seed: int,
        apply: Apply = batched,
    ):
        self.networks = build(**networks, seed=derive(seed, "networks"))
        self._weights, self._apply = weights, apply
        self._adversary = Adversary(self.networks, history, seed, apply)
        generators = Phase("generators", self.translates_with, self._generators)
        self.phases = (generators, self._adversary.phase) if weights["gan"] else (generators,)

    def _generators(self, x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        paths = Paths(CYCLE_PATHS, self.networks, {"x_a": x_a, "x_b": x_b}, self._apply)
        total, terms = objective(TERMS, paths, self._weights)
        if self._weights["gan"]:
            self._adversary.remember(paths)
        logged = {f"loss/{name}": term for name, term in terms.items()}
        return total, logged | {f"code_norm/{z}": code_norm(paths[z]) for z in ("z_a", "z_b") if z in paths}

    def translate(self, x: Tensor, to: Side) -> Tensor:
        """G(x_a) = D_b(E_ab(x_a)), or F(x_b) = D_a(E_ba(x_b))."""
        given, wanted = ("x_a", "x_b_hat") if to == "b" else ("x_b", "x_a_hat")
        translated: Tensor = Paths(CYCLE_PATHS, self.networks, {given: x})[wanted]
        return translated


METHOD = CycleGAN

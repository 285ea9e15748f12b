"""Methods with two generators and a discriminator a domain: their phases, their log and their translation."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from crossnet.engine.executor import Apply
from crossnet.methods.adversarial import Adversary
from crossnet.methods.base import Judged, Method, Phase, Side
from crossnet.methods.generators import share_weights
from crossnet.methods.graph import Figure, Paths
from crossnet.methods.objective import Term, objective
from crossnet.models.init import initialise
from crossnet.training.diagnostics import code_norm
from crossnet.training.seeds import derive

SHARED = "shared_init"  # the key of networks that says whether both generators begin with the same weights


class TwoGenerators(Method):
    """All networks but the discriminators descend the terms together; then the discriminators, each with its history.

    `figure` has the paths of `generators` and those of the method, `terms` read them; `weights` has one for each term.
    Without the term `gan` there are no discriminators to train.
    """

    translates_with = ("E_ab", "D_b", "E_ba", "D_a")

    def __init__(
        self,
        build: Callable[..., dict[str, nn.Module]],
        networks: Mapping[str, Any],
        figure: Figure,
        terms: Mapping[str, Term],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int,
        apply: Apply,
    ):
        shapes = {key: value for key, value in networks.items() if key != SHARED}
        self.networks, self._figure, self._terms = build(**shapes), figure, terms
        generator = torch.Generator().manual_seed(derive(seed, "networks"))
        for network in self.networks.values():
            initialise(network, generator)
        if networks.get(SHARED):
            share_weights(self.networks)
        self._weights, self._apply = weights, apply
        self._adversary = Adversary(self.networks, image_pool, derive(seed, "history", rank), apply)
        judges = self._adversary.phase
        descending = Phase("generators", tuple(n for n in self.networks if n not in judges.trains), self._descend)
        self.phases = (descending, judges) if weights["gan"] else (descending,)

    def _descend(self, x_a: Tensor, x_b: Tensor) -> Judged:
        paths = Paths(self._figure, self.networks, {"x_a": x_a, "x_b": x_b}, self._apply)
        total, terms = objective(self._terms, paths, self._weights)
        if self._weights["gan"]:
            self._adversary.remember(paths)
        logged = {f"loss/{name}": term for name, term in terms.items()}
        return total, logged | {f"code_norm/{z}": code_norm(paths[z]) for z in ("z_a", "z_b") if z in paths}

    def memory(self) -> dict[str, Tensor]:
        """Both histories: their images and their random states."""
        return self._adversary.memory()

    def recall(self, memory: Mapping[str, Tensor]) -> None:
        """The histories as they were."""
        self._adversary.recall(memory)

    def translate(self, x: Tensor, to: Side) -> Tensor:
        """x_b_hat = D_b(E_ab(x_a)), or x_a_hat = D_a(E_ba(x_b)): E and D alone, §3.1."""
        given, wanted = ("x_a", "x_b_hat") if to == "b" else ("x_b", "x_a_hat")
        translated: Tensor = Paths(self._figure, self.networks, {given: x})[wanted]
        return translated

    def encode(self, x: Tensor, to: Side) -> Tensor:
        """z_b = E_ab(x_a), or z_a = E_ba(x_b)."""
        given, wanted = ("x_a", "z_b") if to == "b" else ("x_b", "z_a")
        code: Tensor = Paths(self._figure, self.networks, {given: x})[wanted]
        return code

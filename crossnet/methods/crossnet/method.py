"""CrossNet: two generators coupled by cross-translators between their latent spaces."""

import inspect
from collections.abc import Mapping
from typing import Any, final

from torch import Tensor

from crossnet.methods.crossnet.losses import TERMS
from crossnet.methods.crossnet.networks import build
from crossnet.methods.crossnet.paths import CROSS_PATHS
from crossnet.nn.diagnostics import code_norm
from crossnet.nn.losses import discriminate
from crossnet.nn.paths import Paths, batched
from crossnet.training.history import History
from crossnet.training.method import Method, Phase, Side
from crossnet.training.seeds import derive


def objective(paths: Paths, weights: Mapping[str, float], stop_gradient: bool) -> tuple[Tensor, dict[str, Tensor]]:
    """Eq. (5): the weighted sum, and its terms without their weights. A term of weight zero is not computed."""
    reads = {name: tuple(inspect.signature(term).parameters) for name, term in TERMS.items() if weights[name]}
    paths.compute(path for names in reads.values() for path in names)
    terms = {}
    for name, names in reads.items():
        values = {path: paths[path] for path in names}
        if name == "ctc" and stop_gradient:
            values.update(z_a=values["z_a"].detach(), z_b=values["z_b"].detach())
        terms[name] = TERMS[name](**values)
    weighted = [weights[name] * term for name, term in terms.items()]
    return sum(weighted[1:], start=weighted[0]), terms


@final
class CrossNet(Method):
    """The generators with their cross-translators (Eq. 5), then the discriminators.

    `weights`: gan, id, ctc, zid, zcyc (at least one not zero), and ctc_stop_gradient.
    """

    def __init__(self, networks: Mapping[str, Any], weights: Mapping[str, Any], history: Mapping[str, Any], seed: int):
        self.networks = build(**networks, seed=derive(seed, "networks"))
        self._weights = weights
        self.histories = {side: History(**history, seed=derive(seed, "history", side)) for side in ("a", "b")}
        generators = Phase("generators", ("E_ab", "E_ba", "D_a", "D_b", "T_ab", "T_ba"), self._generators)
        discriminators = Phase("discriminators", ("Q_a", "Q_b"), self._discriminators)
        self.phases = (generators, discriminators) if weights["gan"] else (generators,)
        self._translated: dict[str, Tensor] = {}

    translates_with = ("E_ab", "D_b", "E_ba", "D_a")

    def _generators(self, x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        paths = Paths(CROSS_PATHS, self.networks, {"x_a": x_a, "x_b": x_b})
        total, terms = objective(paths, self._weights, self._weights["ctc_stop_gradient"])
        if self._weights["gan"]:
            self._translated = {side: paths[f"x_{side}_hat"].detach() for side in ("a", "b")}
        norms = {f"code_norm/z_{side}": code_norm(paths[f"z_{side}"]) for side in ("a", "b")}
        return total, {f"loss/{name}": term for name, term in terms.items()} | norms

    def _discriminators(self, x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        losses = {}
        for side, real in (("a", x_a), ("b", x_b)):
            fake = self.histories[side].exchange(self._translated[side])
            scores = batched(self.networks[f"Q_{side}"], [real, fake])
            losses[f"loss/disc_{side}"] = discriminate(*scores)
        return losses["loss/disc_a"] + losses["loss/disc_b"], losses

    def translate(self, x: Tensor, to: Side) -> Tensor:
        """x_b_hat = D_b(E_ab(x_a)), or x_a_hat = D_a(E_ba(x_b)): E and D alone, §3.1."""
        given, wanted = ("x_a", "x_b_hat") if to == "b" else ("x_b", "x_a_hat")
        translated: Tensor = Paths(CROSS_PATHS, self.networks, {given: x})[wanted]
        return translated


METHOD = CrossNet

"""CrossNet: two generators coupled by cross-translators between their latent spaces."""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor

from crossnet.methods.crossnet.losses import TERMS, l_ctc_stopped
from crossnet.methods.crossnet.networks import build
from crossnet.methods.crossnet.paths import CROSS_PATHS
from crossnet.nn.diagnostics import code_norm
from crossnet.nn.objective import objective
from crossnet.nn.paths import Apply, Paths, batched
from crossnet.training.adversary import Adversary
from crossnet.training.method import Method, Phase, Side
from crossnet.training.seeds import derive


@final
class CrossNet(Method):
    """The generators with their cross-translators (Eq. 5), then the discriminators.

    `weights`: gan, id, ctc, zid, zcyc (at least one not zero), and ctc_stop_gradient. Without the adversarial term
    there are no discriminators to train.
    """

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
        self._terms = TERMS | ({"ctc": l_ctc_stopped} if weights["ctc_stop_gradient"] else {})
        self._adversary = Adversary(self.networks, history, seed, apply)
        generators = Phase("generators", ("E_ab", "E_ba", "D_a", "D_b", "T_ab", "T_ba"), self._generators)
        self.phases = (generators, self._adversary.phase) if weights["gan"] else (generators,)

    def _generators(self, x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        paths = Paths(CROSS_PATHS, self.networks, {"x_a": x_a, "x_b": x_b}, self._apply)
        total, terms = objective(self._terms, paths, self._weights)
        if self._weights["gan"]:
            self._adversary.remember(paths)
        logged = {f"loss/{name}": term for name, term in terms.items()}
        return total, logged | {f"code_norm/{z}": code_norm(paths[z]) for z in ("z_a", "z_b") if z in paths}

    def translate(self, x: Tensor, to: Side) -> Tensor:
        """x_b_hat = D_b(E_ab(x_a)), or x_a_hat = D_a(E_ba(x_b)): E and D alone, §3.1."""
        given, wanted = ("x_a", "x_b_hat") if to == "b" else ("x_b", "x_a_hat")
        translated: Tensor = Paths(CROSS_PATHS, self.networks, {given: x})[wanted]
        return translated


METHOD = CrossNet

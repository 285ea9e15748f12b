"""The discriminators' phase, the same for every method with one discriminator a domain."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from crossnet.nn.losses import discriminate
from crossnet.nn.paths import Apply, Paths
from crossnet.training.history import History
from crossnet.training.method import Phase
from crossnet.training.seeds import derive


class Adversary:
    """Q_a and Q_b, each with its history of translations [19], trained after the generators of the same step."""

    def __init__(self, networks: Mapping[str, nn.Module], history: Mapping[str, Any], seed: int, apply: Apply):
        self._networks, self._apply = networks, apply
        self.histories = {side: History(**history, seed=derive(seed, side)) for side in ("a", "b")}
        self.phase = Phase("discriminators", ("Q_a", "Q_b"), self._terms)
        self._translated: dict[str, Tensor] = {}

    def remember(self, paths: Paths) -> None:
        """Keep this step's translations x_a_hat and x_b_hat, which are known by now, for the discriminators."""
        self._translated = {side: paths[f"x_{side}_hat"] for side in ("a", "b")}

    def memory(self) -> dict[str, Tensor]:
        """Both histories."""
        return {
            f"{side}/{k}": value for side, history in self.histories.items() for k, value in history.state().items()
        }

    def recall(self, memory: Mapping[str, Tensor]) -> None:
        """Make both histories what they were."""
        for side, history in self.histories.items():
            history.load({k.removeprefix(f"{side}/"): v for k, v in memory.items() if k.startswith(f"{side}/")})

    def _terms(self, x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        shown = {side: (real, self._exchanged(side)) for side, real in (("a", x_a), ("b", x_b))}
        scores = self._apply([(self._networks[f"Q_{side}"], pair) for side, pair in shown.items()])
        losses = {f"loss/disc_{side}": discriminate(*each) for side, each in zip(shown, scores, strict=True)}
        return losses["loss/disc_a"] + losses["loss/disc_b"], losses

    def _exchanged(self, side: str) -> Tensor:
        return self.histories[side].exchange(self._translated[side])

"""The discriminators' phase, the same for every method with one discriminator a domain."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from crossnet.engine.executor import Apply
from crossnet.methods.base import Given, Judged, Phase
from crossnet.methods.graph import Figure, Paths
from crossnet.methods.image_pool import History
from crossnet.methods.losses import discriminate
from crossnet.training.seeds import derive

# what each judges: an image of its domain, and a translation that its history gives for the step's own
JUDGED: Figure = {
    "q_a": ("Q_a", "x_a"),
    "q_a_shown": ("Q_a", "x_a_shown"),
    "q_b": ("Q_b", "x_b"),
    "q_b_shown": ("Q_b", "x_b_shown"),
}


class Adversary:
    """Q_a and Q_b, each with its history of translations [19], trained after the generators of the same step."""

    def __init__(self, networks: Mapping[str, nn.Module], image_pool: Mapping[str, Any], seed: int, apply: Apply):
        self._networks, self._apply = networks, apply
        self.histories = {side: History(**image_pool, seed=derive(seed, side)) for side in ("a", "b")}
        self.phase = Phase("discriminators", ("Q_a", "Q_b"), self._terms, self._shown)
        self._translated: dict[str, Tensor] = {}

    def remember(self, paths: Paths) -> None:
        """Keep this step's translations x_a_hat and x_b_hat, which are known by now, for the discriminators."""
        self._translated = {side: paths[f"x_{side}_hat"].detach() for side in ("a", "b")}

    def memory(self) -> dict[str, Tensor]:
        """Both histories."""
        return {
            f"{side}/{k}": value for side, history in self.histories.items() for k, value in history.state().items()
        }

    def recall(self, memory: Mapping[str, Tensor]) -> None:
        """Make both histories what they were."""
        for side, history in self.histories.items():
            history.load({k.removeprefix(f"{side}/"): v for k, v in memory.items() if k.startswith(f"{side}/")})

    def _shown(self) -> Given:
        """A translation of any age for each discriminator."""
        return {f"x_{side}_shown": self.histories[side].exchange(x) for side, x in self._translated.items()}

    def _terms(self, **images: Tensor) -> Judged:
        paths = Paths(JUDGED, self._networks, images, self._apply).compute(JUDGED)
        losses = {f"loss/disc_{side}": discriminate(paths[f"q_{side}"], paths[f"q_{side}_shown"]) for side in "ab"}
        return losses["loss/disc_a"] + losses["loss/disc_b"], losses

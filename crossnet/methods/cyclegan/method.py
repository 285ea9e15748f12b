"""CycleGAN [25]: the comparator, with its own weights, on CrossNet's generators, discriminators and trainer."""

from collections.abc import Mapping
from typing import Any, final

from crossnet.methods.cyclegan.losses import TERMS
from crossnet.methods.cyclegan.networks import build
from crossnet.methods.cyclegan.paths import CYCLE_PATHS
from crossnet.nn.walks import Apply, batched
from crossnet.training.generators import TwoGenerators


@final
class CycleGAN(TwoGenerators):
    """The generators, then the discriminators. `weights`: gan, cycle, identity (at least one not zero)."""

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        history: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        apply: Apply = batched,
    ):
        super().__init__(build, networks, CYCLE_PATHS, TERMS, weights, history, seed, rank, apply)


METHOD = CycleGAN

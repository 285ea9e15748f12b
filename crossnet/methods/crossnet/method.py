"""CrossNet: two generators coupled by cross-translators between their latent spaces."""

from collections.abc import Mapping
from typing import Any, final

from crossnet.methods.crossnet.losses import TERMS, l_ctc_stopped
from crossnet.methods.crossnet.networks import build
from crossnet.methods.crossnet.paths import CROSS_PATHS
from crossnet.nn.walks import Apply, batched
from crossnet.training.generators import TwoGenerators


@final
class CrossNet(TwoGenerators):
    """The generators with their cross-translators (Eq. 5), then the discriminators.

    `weights`: gan, id, ctc, zid, zcyc (at least one not zero), and ctc_stop_gradient.
    """

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        history: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        apply: Apply = batched,
    ):
        terms = TERMS | ({"ctc": l_ctc_stopped} if weights["ctc_stop_gradient"] else {})
        super().__init__(build, networks, CROSS_PATHS, terms, weights, history, seed, rank, apply)


METHOD = CrossNet

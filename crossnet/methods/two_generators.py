"""What CrossNet and CycleGAN are both built on: two generators, a discriminator a domain, their two phases."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import Discriminators
from crossnet.methods.base import Domain, Method, Phase
from crossnet.methods.base import Loss as PhaseLoss
from crossnet.methods.graph import Executor, Loss, Objective, Paths, PathTable
from crossnet.models.init import initialise
from crossnet.models.norms import Norm
from crossnet.models.patchgan import PatchGAN
from crossnet.models.resnet import Decoder, Encoder
from crossnet.training.diagnostics import code_norm
from crossnet.training.seeds import derive

# `z_b` is a code that `D_b` decodes; a hat marks what was translated
GENERATOR_PATHS: PathTable = {
    # Fig. 2, the two generators: x_b_hat = D_b(E_ab(x_a))
    "z_b": ("E_ab", "x_a"),
    "z_a": ("E_ba", "x_b"),
    "x_b_hat": ("D_b", "z_b"),
    "x_a_hat": ("D_a", "z_a"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    # §3.3, an encoder that is given an image of its target domain
    "z_b_own": ("E_ab", "x_b"),
    "z_a_own": ("E_ba", "x_a"),
    # Eq. (2), identity
    "x_b_id": ("D_b", "z_b_own"),
    "x_a_id": ("D_a", "z_a_own"),
}


def build_generators(width: int, encoder_blocks: int, norm: Norm = "instance") -> dict[str, nn.Module]:
    """E_ab then D_b is the generator A to B, E_ba then D_a the one B to A."""
    return {
        "E_ab": Encoder(width, encoder_blocks, norm),
        "E_ba": Encoder(width, encoder_blocks, norm),
        "D_a": Decoder(width, norm),
        "D_b": Decoder(width, norm),
    }


def build_discriminators(width: int, layers: int = 3) -> dict[str, nn.Module]:
    """Q_a and Q_b, one for each domain."""
    return {"Q_a": PatchGAN(width, layers), "Q_b": PatchGAN(width, layers)}


class TwoGenerators(Method):
    """All networks but the discriminators descend the weighted losses together; then the discriminators are trained.

    networks: modules by name; those of `build_generators` and `build_discriminators` are among them.
    paths: `GENERATOR_PATHS` and the method's own.
    losses, weights: the terms of the objective and the weight of each. With a weight of `gan` of 0 there is no phase of
        the discriminators.
    image_pool: `size` and `reuse_probability` of an `ImagePool`.
    seed: of initial weights and image pools, the same for all processes that train together.
    rank: of this process, which has image pools of its own.
    shared_init: both encoders begin with the same weights, and both decoders.
    executor: how paths are computed.
    """

    translates_with = ("E_ab", "D_b", "E_ba", "D_a")

    def __init__(
        self,
        networks: Mapping[str, nn.Module],
        paths: PathTable,
        losses: Mapping[str, Loss],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int,
        shared_init: bool,
        executor: Executor,
    ):
        super().__init__(networks)
        self._paths, self._executor = paths, executor
        self._objective = Objective(losses, weights)
        generator = torch.Generator().manual_seed(derive(seed, "networks"))
        for network in networks.values():
            initialise(network, generator)
        if shared_init:
            for source, target in (("E_ab", "E_ba"), ("D_a", "D_b")):
                networks[target].load_state_dict(networks[source].state_dict())
        self.pools = Discriminators(self.networks, image_pool, derive(seed, "history", rank), executor)
        discriminators = self.pools.phase
        trained = tuple(name for name in networks if name not in discriminators.networks)
        self._adversarial = bool(weights["gan"])
        generators = Phase("generators", trained, self._loss)
        self.phases = (generators, discriminators) if self._adversarial else (generators,)

    def _loss(self, x_a: Tensor, x_b: Tensor) -> PhaseLoss:
        paths = Paths(self._paths, self.networks, {"x_a": x_a, "x_b": x_b}, self._executor)
        total, terms = self._objective(paths)
        if self._adversarial:
            self.pools.remember(paths)
        logged = {f"loss/{name}": term for name, term in terms.items()}
        return total, logged | {f"code_norm/{z}": code_norm(paths[z]) for z in ("z_a", "z_b") if z in paths}

    def translate(self, x: Tensor, to: Domain) -> Tensor:
        """x_b_hat = D_b(E_ab(x_a)), or x_a_hat = D_a(E_ba(x_b)): encoder and decoder alone, §3.1."""
        source, translation = ("x_a", "x_b_hat") if to == "b" else ("x_b", "x_a_hat")
        translated: Tensor = Paths(self._paths, self.networks, {source: x})[translation]
        return translated

    def encode(self, x: Tensor, to: Domain) -> Tensor:
        """z_b = E_ab(x_a), or z_a = E_ba(x_b)."""
        source, code = ("x_a", "z_b") if to == "b" else ("x_b", "z_a")
        encoded: Tensor = Paths(self._paths, self.networks, {source: x})[code]
        return encoded

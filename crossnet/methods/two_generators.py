"""What CrossNet and CycleGAN are both built on: two generators, a discriminator a domain, their two phases."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import Discriminators
from crossnet.methods.base import Domain, Method, Phase
from crossnet.methods.base import Loss as PhaseLoss
from crossnet.methods.graph import Executor, Loss, Objective, Paths, PathTable, reference
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


class Shape(NamedTuple):
    """The sizes of networks, block `networks` of a scale in params.yaml.

    shared_init: both encoders begin with the same weights, and both decoders.
    """

    width: int
    encoder_blocks: int
    translator_blocks: int
    discriminator_width: int
    discriminator_layers: int = 3
    norm: Norm = "instance"
    shared_init: bool = False


def build_generators(shape: Shape) -> dict[str, nn.Module]:
    """E_ab then D_b is the generator A to B, E_ba then D_a the one B to A."""
    return {
        "E_ab": Encoder(shape.width, shape.encoder_blocks, shape.norm),
        "E_ba": Encoder(shape.width, shape.encoder_blocks, shape.norm),
        "D_a": Decoder(shape.width, shape.norm),
        "D_b": Decoder(shape.width, shape.norm),
    }


def build_discriminators(shape: Shape) -> dict[str, nn.Module]:
    """Q_a and Q_b, one for each domain."""
    return {name: PatchGAN(shape.discriminator_width, shape.discriminator_layers) for name in ("Q_a", "Q_b")}


class TwoGenerators(Method):
    """All networks but the discriminators descend the weighted losses together; then the discriminators are trained.

    networks: the fields of `Shape`.
    weights: the weight of each loss, and other options of the method. With a weight of `gan` of 0 there is no phase of
        the discriminators.
    image_pool: `size` and `reuse_probability` of an `ImagePool`.
    seed: of initial weights and image pools, the same for all processes that train together.
    rank: of this process, which has image pools of its own.
    executor: how paths are computed.
    """

    translates_with = ("E_ab", "D_b", "E_ba", "D_a")

    @staticmethod
    @abstractmethod
    def build(shape: Shape) -> dict[str, nn.Module]:
        """All networks by name, those of `build_generators` and `build_discriminators` among them."""

    @property
    @abstractmethod
    def paths(self) -> PathTable:
        """`GENERATOR_PATHS` and the method's own."""

    @abstractmethod
    def losses(self, options: Mapping[str, Any]) -> Mapping[str, Loss]:
        """The losses by name, for the options of the method."""

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        executor: Executor = reference,
    ):
        shape = Shape(**networks)
        modules = self.build(shape)
        super().__init__(modules)
        self._executor = executor
        self._objective = Objective(self.losses(weights), weights)
        generator = torch.Generator().manual_seed(derive(seed, "networks"))
        for network in modules.values():
            initialise(network, generator)
        if shape.shared_init:
            for source, target in (("E_ab", "E_ba"), ("D_a", "D_b")):
                modules[target].load_state_dict(modules[source].state_dict())
        self.pools = Discriminators(self.networks, image_pool, derive(seed, "history", rank), executor)
        discriminators = self.pools.phase
        trained = tuple(name for name in modules if name not in discriminators.networks)
        self._adversarial = bool(weights["gan"])
        generators = Phase("generators", trained, self._loss)
        self.phases = (generators, discriminators) if self._adversarial else (generators,)

    def _loss(self, x_a: Tensor, x_b: Tensor) -> PhaseLoss:
        paths = Paths(self.paths, self.networks, {"x_a": x_a, "x_b": x_b}, self._executor)
        total, terms = self._objective(paths)
        if self._adversarial:
            self.pools.remember(paths)
        logged = {f"loss/{name}": term for name, term in terms.items()}
        return total, logged | {f"code_norm/{z}": code_norm(paths[z]) for z in ("z_a", "z_b") if z in paths}

    def translate(self, x: Tensor, to: Domain) -> Tensor:
        """x_b_hat = D_b(E_ab(x_a)), or x_a_hat = D_a(E_ba(x_b)): encoder and decoder alone, §3.1."""
        source, translation = ("x_a", "x_b_hat") if to == "b" else ("x_b", "x_a_hat")
        translated: Tensor = Paths(self.paths, self.networks, {source: x})[translation]
        return translated

    def encode(self, x: Tensor, to: Domain) -> Tensor:
        """z_b = E_ab(x_a), or z_a = E_ba(x_b)."""
        source, code = ("x_a", "z_b") if to == "b" else ("x_b", "z_a")
        encoded: Tensor = Paths(self.paths, self.networks, {source: x})[code]
        return encoded

"""CycleGAN (Zhu et al., ICCV 2017): the comparator, with its own weights, on CrossNet's networks and trainer.

A generator is an encoder and a decoder, G = D_b after E_ab and F = D_a after E_ba; `translator_blocks` of the scale is
not used. (CycleGAN's generator has its residual blocks between two halves: the same layers in the same order.)
"""

from types import MappingProxyType
from typing import final

from torch import Tensor, nn

from crossnet.methods.adversarial import l1, l_disc, l_gan
from crossnet.methods.base import Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.patchgan import PatchGAN
from crossnet.models.resnet import Decoder, Encoder


def build(shape: Shape) -> dict[str, nn.Module]:
    """All networks by name."""
    return {
        "E_ab": Encoder(shape.width, shape.encoder_blocks, shape.norm),
        "E_ba": Encoder(shape.width, shape.encoder_blocks, shape.norm),
        "D_a": Decoder(shape.width, shape.norm),
        "D_b": Decoder(shape.width, shape.norm),
        "Q_a": PatchGAN(shape.discriminator_width, shape.discriminator_layers),
        "Q_b": PatchGAN(shape.discriminator_width, shape.discriminator_layers),
    }


GENERATORS = ("E_ab", "E_ba", "D_a", "D_b")
PATHS: PathTable = {
    # x_b_hat = G(x_a) = D_b(E_ab(x_a)), x_a_hat = F(x_b)
    "z_b": ("E_ab", "x_a"),
    "z_a": ("E_ba", "x_b"),
    "x_b_hat": ("D_b", "z_b"),
    "x_a_hat": ("D_a", "z_a"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    # identity: x_b_id = G(x_b)
    "z_b_own": ("E_ab", "x_b"),
    "z_a_own": ("E_ba", "x_a"),
    "x_b_id": ("D_b", "z_b_own"),
    "x_a_id": ("D_a", "z_a_own"),
    # the cycle in pixels: x_a_cycled = F(G(x_a))
    "z_a_back": ("E_ba", "x_b_hat"),
    "z_b_back": ("E_ab", "x_a_hat"),
    "x_a_cycled": ("D_a", "z_a_back"),
    "x_b_cycled": ("D_b", "z_b_back"),
    # the discriminators, on real images and on past translations
    "q_a": ("Q_a", "x_a"),
    "q_a_pool": ("Q_a", "x_a_pool"),
    "q_b": ("Q_b", "x_b"),
    "q_b_pool": ("Q_b", "x_b_pool"),
}


def l_cycle(x_a_cycled: Tensor, x_a: Tensor, x_b_cycled: Tensor, x_b: Tensor) -> PerDomain:
    """Eq. (2): F(G(x_a)) is x_a; an image survives the translation there and back."""
    return PerDomain(a=l1(x_a_cycled, x_a), b=l1(x_b_cycled, x_b))


def l_identity(x_a_id: Tensor, x_a: Tensor, x_b_id: Tensor, x_b: Tensor) -> PerDomain:
    """§5.2: G(x_b) is x_b; an image that is already in the target domain stays as it is."""
    return PerDomain(a=l1(x_a_id, x_a), b=l1(x_b_id, x_b))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.cyclegan.<name>
    "gan": l_gan,
    "cycle": l_cycle,
    "identity": l_identity,
}


@final
class CycleGAN(TableMethod):
    """The generators descend the weighted sum of `LOSSES`; then discriminators are trained, if they descend `gan`."""

    paths = PATHS
    translates_with = ("E_ab", "D_b", "E_ba", "D_a")
    codes = MappingProxyType({"b": "z_b", "a": "z_a"})
    alike = (("E_ab", "E_ba"), ("D_a", "D_b"))

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape)

    def make_phases(self) -> tuple[Phase, ...]:
        generators = self.phase("generators", GENERATORS, LOSSES)
        discriminators = self.phase(
            "discriminators", ("Q_a", "Q_b"), {"disc": l_disc}, self.pools.exchange, per_domain=True
        )
        return (generators, discriminators) if self.options["gan"] else (generators,)


METHOD = CycleGAN

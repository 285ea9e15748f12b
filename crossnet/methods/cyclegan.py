"""CycleGAN (Zhu et al., ICCV 2017): the comparator, with its own weights, on CrossNet's networks and trainer.

A generator is an encoder and a decoder, G = D_b after E_ab and F = D_a after E_ba; `translator_blocks` of the scale is
not used. (CycleGAN's generator has its residual blocks between two halves: the same layers in the same order.)
"""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor, nn

from crossnet.methods.adversarial import l1, l_gan
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.two_generators import (
    GENERATOR_PATHS,
    Shape,
    TwoGenerators,
    build_discriminators,
    build_generators,
)


def build(shape: Shape) -> dict[str, nn.Module]:
    """All networks by name."""
    return build_generators(shape) | build_discriminators(shape)


PATHS: PathTable = {
    **GENERATOR_PATHS,
    # the cycle in pixels: x_a_cycled = F(G(x_a))
    "z_a_back": ("E_ba", "x_b_hat"),
    "z_b_back": ("E_ab", "x_a_hat"),
    "x_a_cycled": ("D_a", "z_a_back"),
    "x_b_cycled": ("D_b", "z_b_back"),
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
class CycleGAN(TwoGenerators):
    """The generators descend the weighted sum of `LOSSES`. `weights`: one for each, at least one not zero."""

    build = staticmethod(build)
    paths = PATHS

    def losses(self, options: Mapping[str, Any]) -> Mapping[str, Loss]:
        return LOSSES


METHOD = CycleGAN

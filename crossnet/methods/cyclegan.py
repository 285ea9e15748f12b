"""CycleGAN (Zhu et al., ICCV 2017): the comparator, with its own weights, on CrossNet's networks and trainer.

A generator is an encoder and a decoder, G = D_b after E_ab and F = D_a after E_ba; `translator_blocks` of the scale is
not used. (CycleGAN's generator has its residual blocks between two halves: the same layers in the same order.)
"""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor, nn

from crossnet.methods.adversarial import l1, lsgan_generator_loss
from crossnet.methods.graph import Executor, Loss, PathTable, PerDomain, reference
from crossnet.methods.two_generators import GENERATOR_PATHS, TwoGenerators, build_discriminators, build_generators
from crossnet.models.norms import Norm


def build(
    width: int,
    encoder_blocks: int,
    translator_blocks: int,
    discriminator_width: int,
    discriminator_layers: int = 3,
    norm: Norm = "instance",
) -> dict[str, nn.Module]:
    """All networks by name."""
    generators = build_generators(width, encoder_blocks, norm)
    return generators | build_discriminators(discriminator_width, discriminator_layers)


PATHS: PathTable = {
    **GENERATOR_PATHS,
    # the cycle in pixels: x_a_cycled = F(G(x_a))
    "z_a_back": ("E_ba", "x_b_hat"),
    "z_b_back": ("E_ab", "x_a_hat"),
    "x_a_cycled": ("D_a", "z_a_back"),
    "x_b_cycled": ("D_b", "z_b_back"),
}


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """Discriminators should take both translations for real images, by least squares (§4)."""
    return PerDomain(b=lsgan_generator_loss(q_b_hat), a=lsgan_generator_loss(q_a_hat))


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

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        executor: Executor = reference,
    ):
        shape = dict(networks)
        shared_init = shape.pop("shared_init", False)
        super().__init__(build(**shape), PATHS, LOSSES, weights, image_pool, seed, rank, shared_init, executor)


METHOD = CycleGAN

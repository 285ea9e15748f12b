"""CycleGAN (Zhu et al., ICCV 2017): the comparator, with its own weights, on CrossNet's networks and trainer.

A generator is an encoder and a decoder; `translator_blocks` of the scale is not used. (CycleGAN's generator has its
residual blocks between two halves: the same layers in the same order.) G is D_b after E_ab, F is D_a after E_ba.
"""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor, nn

from crossnet.engine.executor import Apply, batched
from crossnet.methods.generators import GENERATOR_PATHS, discriminators, generators
from crossnet.methods.losses import judged_real, l1
from crossnet.methods.objective import Sides, Term
from crossnet.methods.two_generators import TwoGenerators
from crossnet.models.resnet import Norm


def build(
    width: int,
    encoder_blocks: int,
    translator_blocks: int,
    discriminator_width: int,
    discriminator_layers: int = 3,
    norm: Norm = "instance",
) -> dict[str, nn.Module]:
    """All networks by name."""
    return generators(width, encoder_blocks, norm) | discriminators(discriminator_width, discriminator_layers)


CYCLE_PATHS = GENERATOR_PATHS | {
    # the cycle in pixels: x_a_cycled = F(G(x_a))
    "z_a_back": ("E_ba", "x_b_hat"),
    "z_b_back": ("E_ab", "x_a_hat"),
    "x_a_cycled": ("D_a", "z_a_back"),
    "x_b_cycled": ("D_b", "z_b_back"),
}


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> Sides:
    """Both translations should pass for real ones, by least squares ([25], §4)."""
    return Sides(b=judged_real(q_b_hat), a=judged_real(q_a_hat))


def l_cycle(x_a_cycled: Tensor, x_a: Tensor, x_b_cycled: Tensor, x_b: Tensor) -> Sides:
    """[25], Eq. (2): F(G(x_a)) is x_a, an image survives the translation there and back."""
    return Sides(a=l1(x_a_cycled, x_a), b=l1(x_b_cycled, x_b))


def l_identity(x_a_id: Tensor, x_a: Tensor, x_b_id: Tensor, x_b: Tensor) -> Sides:
    """[25], §5.2: G(x_b) is x_b, an image that is already in the target domain stays as it is."""
    return Sides(a=l1(x_a_id, x_a), b=l1(x_b_id, x_b))


TERMS: dict[str, Term] = {"gan": l_gan, "cycle": l_cycle, "identity": l_identity}


@final
class CycleGAN(TwoGenerators):
    """The generators, then the discriminators. `weights`: gan, cycle, identity (at least one not zero)."""

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        apply: Apply = batched,
    ):
        super().__init__(build, networks, CYCLE_PATHS, TERMS, weights, image_pool, seed, rank, apply)


METHOD = CycleGAN

"""CrossNet: two generators coupled by cross-translators between their latent spaces.

Images are (N, 3, H, W) in [-1, 1], codes (N, 4w, H/4, W/4). `z_b` is a code that `D_b` decodes; a hat marks what was
translated.
"""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor, nn

from crossnet.engine.executor import Apply, batched
from crossnet.methods.generators import GENERATOR_PATHS, discriminators, generators
from crossnet.methods.losses import judged_real, l1
from crossnet.methods.objective import Sides, Term
from crossnet.methods.two_generators import TwoGenerators
from crossnet.models.resnet import Norm, Translator


def build(
    width: int,
    encoder_blocks: int,
    translator_blocks: int,
    discriminator_width: int,
    discriminator_layers: int = 3,
    norm: Norm = "instance",
) -> dict[str, nn.Module]:
    """All networks by their names in the paper."""
    translators = {name: Translator(width, translator_blocks) for name in ("T_ab", "T_ba")}
    judges = discriminators(discriminator_width, discriminator_layers)
    return generators(width, encoder_blocks, norm) | translators | judges


CROSS_PATHS = GENERATOR_PATHS | {
    # Fig. 4(a), cross-identity: x_a_zid = D_a(T_ba(E_ab(x_a)))
    "z_a_hat": ("T_ba", "z_b"),
    "z_b_hat": ("T_ab", "z_a"),
    "x_a_zid": ("D_a", "z_a_hat"),
    "x_b_zid": ("D_b", "z_b_hat"),
    # Fig. 4(b), cross-translation consistency: z_a_ctc = T_ba(E_ab(x_b)) is compared with z_a = E_ba(x_b)
    "z_a_ctc": ("T_ba", "z_b_own"),
    "z_b_ctc": ("T_ab", "z_a_own"),
    # Fig. 4(c), latent cycle: z_b_cycled = T_ab(T_ba(z_b))
    "z_b_cycled": ("T_ab", "z_a_hat"),
    "z_a_cycled": ("T_ba", "z_b_hat"),
}


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> Sides:
    """L_GAN, §3.5: both translations should pass for real ones, by least squares."""
    return Sides(b=judged_real(q_b_hat), a=judged_real(q_a_hat))


def l_zid(x_a_zid: Tensor, x_a: Tensor, x_b_zid: Tensor, x_b: Tensor) -> Sides:
    """Eq. (1): D_a(T_ba(E_ab(x_a))) is x_a; the dual decoder rebuilds an image from its cross-translated code."""
    return Sides(a=l1(x_a_zid, x_a), b=l1(x_b_zid, x_b))


def l_id(x_a_id: Tensor, x_a: Tensor, x_b_id: Tensor, x_b: Tensor) -> Sides:
    """Eq. (2): D_a(E_ba(x_a)) is x_a; an image that is already in the target domain stays as it is."""
    return Sides(a=l1(x_a_id, x_a), b=l1(x_b_id, x_b))


def l_ctc(z_b_ctc: Tensor, z_b: Tensor, z_a_ctc: Tensor, z_a: Tensor) -> Sides:
    """Eq. (3): T_ab(E_ba(x_a)) is E_ab(x_a); both encoders say the same of one image, up to a translation."""
    return Sides(b=l1(z_b_ctc, z_b), a=l1(z_a_ctc, z_a))


def l_ctc_stopped(z_b_ctc: Tensor, z_b: Tensor, z_a_ctc: Tensor, z_a: Tensor) -> Sides:
    """Eq. (3) with its targets held still: a variant, chosen by methods.crossnet.ctc_stop_gradient."""
    return l_ctc(z_b_ctc, z_b.detach(), z_a_ctc, z_a.detach())


def l_zcyc(z_b_cycled: Tensor, z_b: Tensor, z_a_cycled: Tensor, z_a: Tensor) -> Sides:
    """Eq. (4): T_ab(T_ba(z_b)) is z_b; a code survives the translation there and back."""
    return Sides(b=l1(z_b_cycled, z_b), a=l1(z_a_cycled, z_a))


TERMS: dict[str, Term] = {"gan": l_gan, "id": l_id, "ctc": l_ctc, "zid": l_zid, "zcyc": l_zcyc}


@final
class CrossNet(TwoGenerators):
    """The generators with their cross-translators (Eq. 5), then the discriminators.

    `weights`: gan, id, ctc, zid, zcyc (at least one not zero), and ctc_stop_gradient.
    """

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        apply: Apply = batched,
    ):
        terms = TERMS | ({"ctc": l_ctc_stopped} if weights["ctc_stop_gradient"] else {})
        super().__init__(build, networks, CROSS_PATHS, terms, weights, image_pool, seed, rank, apply)


METHOD = CrossNet

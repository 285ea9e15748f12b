"""CrossNet: two generators coupled by cross-translators between their latent spaces.

From top to bottom: the networks (Fig. 2), the data paths (Fig. 4), the losses (Eq. 1 to 4), and the method (Eq. 5).
Images are (N, 3, H, W) in [-1, 1], codes (N, 4w, H/4, W/4). `z_b` is a code that D_b decodes; a hat marks what was
translated.
"""

from types import MappingProxyType
from typing import final

from torch import Tensor, nn

from crossnet.methods.adversarial import l1, l_disc, l_gan
from crossnet.methods.base import Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.patchgan import PatchGAN
from crossnet.models.resnet import Decoder, Encoder, Translator


def build(shape: Shape) -> dict[str, nn.Module]:
    """The networks of Fig. 2, by their names in the paper."""
    return {
        "E_ab": Encoder(shape.width, shape.encoder_blocks, shape.norm),
        "E_ba": Encoder(shape.width, shape.encoder_blocks, shape.norm),
        "D_a": Decoder(shape.width, shape.norm),
        "D_b": Decoder(shape.width, shape.norm),
        "T_ab": Translator(shape.width, shape.translator_blocks),
        "T_ba": Translator(shape.width, shape.translator_blocks),
        "Q_a": PatchGAN(shape.discriminator_width, shape.discriminator_layers),
        "Q_b": PatchGAN(shape.discriminator_width, shape.discriminator_layers),
    }


GENERATORS = ("E_ab", "E_ba", "D_a", "D_b", "T_ab", "T_ba")
PATHS: PathTable = {
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
    # the discriminators, on real images and on past translations
    "q_a": ("Q_a", "x_a"),
    "q_a_pool": ("Q_a", "x_a_pool"),
    "q_b": ("Q_b", "x_b"),
    "q_b_pool": ("Q_b", "x_b_pool"),
}


def l_zid(x_a_zid: Tensor, x_a: Tensor, x_b_zid: Tensor, x_b: Tensor) -> PerDomain:
    """Eq. (1): D_a(T_ba(E_ab(x_a))) is x_a; the dual decoder rebuilds an image from its cross-translated code."""
    return PerDomain(a=l1(x_a_zid, x_a), b=l1(x_b_zid, x_b))


def l_id(x_a_id: Tensor, x_a: Tensor, x_b_id: Tensor, x_b: Tensor) -> PerDomain:
    """Eq. (2): D_a(E_ba(x_a)) is x_a; an image that is already in the target domain stays as it is."""
    return PerDomain(a=l1(x_a_id, x_a), b=l1(x_b_id, x_b))


def l_ctc(z_b_ctc: Tensor, z_b: Tensor, z_a_ctc: Tensor, z_a: Tensor) -> PerDomain:
    """Eq. (3): T_ab(E_ba(x_a)) is E_ab(x_a); both encoders give one image the same code, up to a translation."""
    return PerDomain(b=l1(z_b_ctc, z_b), a=l1(z_a_ctc, z_a))


def l_ctc_stopped(z_b_ctc: Tensor, z_b: Tensor, z_a_ctc: Tensor, z_a: Tensor) -> PerDomain:
    """Eq. (3) without gradients of its targets: a variant, chosen by methods.crossnet.ctc_stop_gradient."""
    return l_ctc(z_b_ctc, z_b.detach(), z_a_ctc, z_a.detach())


def l_zcyc(z_b_cycled: Tensor, z_b: Tensor, z_a_cycled: Tensor, z_a: Tensor) -> PerDomain:
    """Eq. (4): T_ab(T_ba(z_b)) is z_b; a code survives the translation there and back."""
    return PerDomain(b=l1(z_b_cycled, z_b), a=l1(z_a_cycled, z_a))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is lambda_<name>
    "gan": l_gan,
    "id": l_id,
    "ctc": l_ctc,
    "zid": l_zid,
    "zcyc": l_zcyc,
}
OPTIONS = {"ctc_stop_gradient": False}  # methods.crossnet of params.yaml; Eq. (3) has no stop-gradient


@final
class CrossNet(TableMethod):
    """Eq. (5): the generators and cross-translators descend the sum of `lambda_<name>` times each of `LOSSES`.

    Then the discriminators are trained, if the generators descend `gan`.
    """

    paths = PATHS
    translates_with = ("E_ab", "D_b", "E_ba", "D_a")
    codes = MappingProxyType({"b": "z_b", "a": "z_a"})
    alike = (("E_ab", "E_ba"), ("D_a", "D_b"))

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape)

    def make_phases(self) -> tuple[Phase, ...]:
        losses = LOSSES | ({"ctc": l_ctc_stopped} if self.options["ctc_stop_gradient"] else {})
        generators = self.phase("generators", GENERATORS, losses)
        discriminators = self.phase(
            "discriminators", ("Q_a", "Q_b"), {"disc": l_disc}, self.pools.exchange, per_domain=True
        )
        return (generators, discriminators) if self.options["gan"] else (generators,)


METHOD = CrossNet

"""MUNIT (Huang et al., ECCV 2018): an image is content and style; a translation has another domain's style.

A style is drawn for a translation, or is that of an example. Images are (N, 3, H, W) in [-1, 1], content codes (N, 4w,
H/4, W/4), styles (N, style_dims); n_b is a random style of B, p_b what the decoder makes of one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, final

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import l1, l_disc_scales, l_gan_scales
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.noise import normal
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.init import KAIMING, NORMAL, InitialWeights
from crossnet.models.multiscale import MultiScalePatchGAN
from crossnet.models.munit import ContentEncoder, StyledDecoder, StyleEncoder, StyleMLP


def build(shape: Shape, options: Mapping[str, Any]) -> dict[str, nn.Module]:
    """All networks by name, nothing shared by the domains."""
    width, blocks, dims = shape.width, options["blocks"], options["style_dims"]
    layers = shape.discriminator_layers + 1  # 4 where the PatchGAN has 3
    networks: dict[str, nn.Module] = {}
    for domain in "ab":
        networks |= {
            f"Ec_{domain}": ContentEncoder(width, blocks),
            f"Es_{domain}": StyleEncoder(width, dims),
            f"M_{domain}": StyleMLP(width, blocks, dims),
            f"D_{domain}": StyledDecoder(width, blocks),
            f"Q_{domain}": MultiScalePatchGAN(shape.discriminator_width, layers, options["scales"], shape.size, 0.2),
        }
    return networks


AUTOENCODERS = ("Ec_a", "Es_a", "M_a", "D_a", "Ec_b", "Es_b", "M_b", "D_b")
PATHS: PathTable = {
    # content and style
    "c_a": ("Ec_a", "x_a"),
    "c_b": ("Ec_b", "x_b"),
    "s_a": ("Es_a", "x_a"),
    "s_b": ("Es_b", "x_b"),
    "p_a_own": ("M_a", "s_a"),
    "p_b_own": ("M_b", "s_b"),
    "x_a_rec": ("D_a", "c_a", "p_a_own"),
    "x_b_rec": ("D_b", "c_b", "p_b_own"),
    # the other domain's content in a random style
    "p_a": ("M_a", "n_a"),
    "p_b": ("M_b", "n_b"),
    "x_a_hat": ("D_a", "c_b", "p_a"),
    "x_b_hat": ("D_b", "c_a", "p_b"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    # back to codes, and to the image that it came from
    "c_b_back": ("Ec_a", "x_a_hat"),
    "c_a_back": ("Ec_b", "x_b_hat"),
    "s_a_back": ("Es_a", "x_a_hat"),
    "s_b_back": ("Es_b", "x_b_hat"),
    "x_b_cyc": ("D_b", "c_b_back", "p_b_own"),
    "x_a_cyc": ("D_a", "c_a_back", "p_a_own"),
    # the discriminators
    "q_a": ("Q_a", "x_a"),
    "q_b": ("Q_b", "x_b"),
}


def l_image(x_a_rec: Tensor, x_a: Tensor, x_b_rec: Tensor, x_b: Tensor) -> PerDomain:
    """D_a(Ec_a(x_a), Es_a(x_a)) is x_a; an image is rebuilt from its content and style."""
    return PerDomain(a=l1(x_a_rec, x_a), b=l1(x_b_rec, x_b))


def l_style(s_a_back: Tensor, n_a: Tensor, s_b_back: Tensor, n_b: Tensor) -> PerDomain:
    """Es_b(x_b_hat) is n_b; the style that was drawn is found again in the translation."""
    return PerDomain(a=l1(s_a_back, n_a), b=l1(s_b_back, n_b))


def l_content(c_a_back: Tensor, c_a: Tensor, c_b_back: Tensor, c_b: Tensor) -> PerDomain:
    """Ec_b(x_b_hat) is Ec_a(x_a); the translation has the content of the image. No side is held still."""
    return PerDomain(a=l1(c_a_back, c_a), b=l1(c_b_back, c_b))


def l_cycle(x_a_cyc: Tensor, x_a: Tensor, x_b_cyc: Tensor, x_b: Tensor) -> PerDomain:
    """D_a(Ec_b(x_b_hat), Es_a(x_a)) is x_a: the style-augmented cycle."""
    return PerDomain(a=l1(x_a_cyc, x_a), b=l1(x_b_cyc, x_b))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.munit.<name>
    "gan": l_gan_scales,
    "image": l_image,
    "style": l_style,
    "content": l_content,
    "cycle": l_cycle,
}
OPTIONS = {
    "blocks": 4,
    "style_dims": 8,
    "scales": 3,  # of the discriminators
    "rate": 0.5,  # 1e-4 where the scale's lr is 2e-4
    "decay_from": 1.0,  # no linear decay:
    "halvings": 9,  # halved every 100,000 of 1,000,000 iterations
    "weight_decay": 1e-4,
}


@final
class MUNIT(TableMethod):
    """Discriminators, then both autoencoders, each with styles of its own and no image pool."""

    paths = PATHS
    translates_with = ("Ec_a", "M_b", "D_b", "Ec_b", "M_a", "D_a", "Es_a", "Es_b")
    codes = MappingProxyType({"b": "c_a", "a": "c_b"})
    alike = tuple((f"{network}_a", f"{network}_b") for network in ("Ec", "Es", "M", "D"))
    has_styles = True

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape, self.options)

    def initial_of(self, network: str) -> InitialWeights:
        return NORMAL if network.startswith("Q") else KAIMING

    def make_phases(self) -> tuple[Phase, ...]:
        discriminators = self.phase(
            "discriminators", ("Q_a", "Q_b"), {"disc": l_disc_scales}, self._styles, per_domain=True
        )
        generators = self.phase("generators", AUTOENCODERS, LOSSES, self._styles)
        return (discriminators, generators) if self.options["gan"] else (generators,)

    def _styles(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return {name: self.noise.normal(x_a, self.options["style_dims"]) for name in ("n_a", "n_b")}

    def draw_style(self, x: Tensor, to: Domain, generator: torch.Generator) -> Tensor:
        return normal(generator, x, self.options["style_dims"])

    def style_of(self, x: Tensor, domain: Domain) -> Tensor:
        style: Tensor = self.networks[f"Es_{domain}"](x)
        return style

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {f"n_{to}": style}


METHOD = MUNIT

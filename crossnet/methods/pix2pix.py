"""pix2pix (Isola et al., CVPR 2017): supervised by pairs, the upper bound for unpaired methods where pairs exist.

The paper's generator translates one way. Here are two, A to B and B to A, that are trained side by side on the same
pairs and share nothing. x_a and x_b show the same; a hat marks what was translated.
"""

from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import bce, l1
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.init import InitialWeights, normal
from crossnet.models.patchgan import ConditionalPatchGAN
from crossnet.models.unet import UNet, levels_of


def build(shape: Shape, dropout: bool) -> dict[str, nn.Module]:
    """A U-Net of as many levels as the size allows, and a discriminator of pairs, each way (§3.2, appendix 6.1)."""
    return {
        "G_ab": UNet(shape.width, levels_of(shape.size), dropout=dropout),
        "G_ba": UNet(shape.width, levels_of(shape.size), dropout=dropout),
        "Q_a": ConditionalPatchGAN(shape.discriminator_width, shape.discriminator_layers),
        "Q_b": ConditionalPatchGAN(shape.discriminator_width, shape.discriminator_layers),
    }


PATHS: PathTable = {
    # x_b_hat = G(x_a, u), where u is what dropout leaves out
    "x_b_hat": ("G_ab", "x_a", "u_b"),
    "x_a_hat": ("G_ba", "x_b", "u_a"),
    # the discriminators see the input with what became of it, and with the truth
    "q_b_hat": ("Q_b", "x_a", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_b", "x_a_hat"),
    "q_b": ("Q_b", "x_a", "x_b"),
    "q_a": ("Q_a", "x_b", "x_a"),
}


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """Eq. (1) for the generator, which maximizes log Q(x, G(x)) (§3.3): its images should pass for the truth."""
    return PerDomain(b=bce(q_b_hat, 1), a=bce(q_a_hat, 1))


def l_l1(x_b_hat: Tensor, x_b: Tensor, x_a_hat: Tensor, x_a: Tensor) -> PerDomain:
    """Eq. (3): G(x_a) is x_b."""
    return PerDomain(b=l1(x_b_hat, x_b), a=l1(x_a_hat, x_a))


def l_disc(q_a: Tensor, q_a_hat: Tensor, q_b: Tensor, q_b_hat: Tensor) -> PerDomain:
    """Eq. (1) for the discriminators, halved (§3.3): they tell the truth from a translation of the same input."""
    return PerDomain(a=0.5 * (bce(q_a, 1) + bce(q_a_hat, 0)), b=0.5 * (bce(q_b, 1) + bce(q_b_hat, 0)))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.pix2pix.<name>
    "gan": l_gan,
    "l1": l_l1,
}
OPTIONS = {"dropout": True}  # of 1/2, while training and translating: the only noise (§3.1)


@final
class Pix2Pix(TableMethod):
    """Eq. (4). The discriminators are trained first, on the translations that the generators then descend for."""

    paired = True
    paths = PATHS
    translates_with = ("G_ab", "G_ba")
    initial = InitialWeights(normal(0.02), normal(0.02), scale_std=0.02)
    alike = (("G_ab", "G_ba"),)

    def build(self) -> dict[str, nn.Module]:
        self.multiple = 2 ** levels_of(self.shape.size)
        self._drawn: Mapping[str, Tensor] = {}
        modules = build(self.shape, self.options["dropout"])
        self.has_styles = bool(modules["G_ab"].dropped)
        return modules

    def make_phases(self) -> tuple[Phase, ...]:
        generators = ("G_ab", "G_ba")
        if not self.options["gan"]:
            return (self.phase("generators", generators, LOSSES, self._draw),)
        return (
            self.phase("discriminators", ("Q_a", "Q_b"), {"disc": l_disc}, self._draw, per_domain=True),
            self.phase("generators", generators, LOSSES, self._draw_again),
        )

    def _draw(self, x_a: Tensor, x_b: Tensor) -> Mapping[str, Tensor]:
        shape = self._shape(x_a)
        self._drawn = {"u_a": self.noise.uniform(x_a, *shape), "u_b": self.noise.uniform(x_a, *shape)}
        return self._drawn

    def _draw_again(self, x_a: Tensor, x_b: Tensor) -> Mapping[str, Tensor]:
        """What the discriminators' phase has drawn in this step: both phases see the same translations."""
        return self._drawn or self._draw(x_a, x_b)

    def _shape(self, x: Tensor) -> tuple[int, ...]:
        """The shape of an image's noise, without numbers where there is no dropout."""
        generator = self.networks["G_ab"]
        assert isinstance(generator, UNet)
        return generator.dropout_shape(*x.shape[-2:]) if generator.dropped else (0,)

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {f"u_{to}": x.new_empty(len(x), 0) if style is None else style}

    def draw_style(self, x: Tensor, to: Domain, generator: torch.Generator) -> Tensor:
        return torch.rand(1, *self._shape(x), generator=generator).to(x)


METHOD = Pix2Pix

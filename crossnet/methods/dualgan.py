"""DualGAN (Yi et al., ICCV 2017): two U-Nets that rebuild each other's input, judged by Wasserstein critics.

As first published: critics with clipped weights, three updates of theirs for one of the generators, dropout as the
only noise, at test time too, RMSProp. `lipschitz: penalty` is the gradient penalty of its authors' later code
(docs/decisions.md). A U-Net has no latent code.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, final

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import l1, l_critic, l_penalty, l_wasserstein, mix
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.dualgan import EPS, Critic
from crossnet.models.init import InitialWeights, normal, truncated
from crossnet.models.unet import UNet, levels_of


def build(shape: Shape, options: Mapping[str, Any]) -> dict[str, nn.Module]:
    """All networks by name. A U-Net halves its images down to 1x1."""
    levels = levels_of(shape.size)

    dropped = range(max(1, levels - 3), levels)

    def generator() -> UNet:
        return UNet(shape.width, levels, 3, 5, True, True, options["dropout"], dropped, EPS)

    def critic() -> Critic:
        return Critic(shape.discriminator_width, shape.size, options["critic"] == "patch")

    return {"G_ab": generator(), "G_ba": generator(), "Q_a": critic(), "Q_b": critic()}


PATHS: PathTable = {
    # x_b_hat = G_ab(x_a, drawn), and back
    "x_b_hat": ("G_ab", "x_a", "drawn_b"),
    "x_a_hat": ("G_ba", "x_b", "drawn_a"),
    "x_a_rec": ("G_ba", "x_b_hat", "drawn_a_rec"),
    "x_b_rec": ("G_ab", "x_a_hat", "drawn_b_rec"),
    # critics
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    "q_a": ("Q_a", "x_a"),
    "q_b": ("Q_b", "x_b"),
    # between real images and translations, where the penalty is measured
    "x_a_mix": ("mix_a", "x_a", "x_a_hat", "u_a"),
    "x_b_mix": ("mix_b", "x_b", "x_b_hat", "u_b"),
}


def l_reconstruction(x_a_rec: Tensor, x_a: Tensor, x_b_rec: Tensor, x_b: Tensor) -> PerDomain:
    """G_ba(G_ab(x_a)) is x_a; the dual generator rebuilds an image from its translation."""
    return PerDomain(a=l1(x_a_rec, x_a), b=l1(x_b_rec, x_b))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.dualgan.<name>
    "gan": l_wasserstein,
    "reconstruction": l_reconstruction,
}
OPTIONS = {
    "critic": ("global", "patch"),  # one score an image, or a map of scores
    "lipschitz": ("clip", "penalty"),
    "clip": 0.01,
    "penalty": 10.0,  # of its authors' code since 2020
    "critic_steps": 3,  # for one of the generators
    "dropout": True,
    "optimizer": ("rmsprop", "adam"),
    "rate": 0.25,  # 5e-5 where the scale's lr is 2e-4
    "decay_from": 1.0,  # constant
}


@final
class DualGAN(TableMethod):
    """Critics in every step, and then the generators in every `critic_steps`-th."""

    paths = PATHS
    operations = MappingProxyType({"mix_a": mix, "mix_b": mix})
    translates_with = ("G_ab", "G_ba")
    alike = (("G_ab", "G_ba"),)
    initial = InitialWeights(truncated(0.02), normal(0.02), transposed=normal(0.02), scale_std=0.02)

    def build(self) -> dict[str, nn.Module]:
        self.has_styles = self.options["dropout"]
        self.multiple = 2 ** levels_of(self.shape.size)
        return build(self.shape, self.options)

    def make_phases(self) -> tuple[Phase, ...]:
        penalised = self.options["lipschitz"] == "penalty"
        losses: dict[str, Loss] = {"disc": l_critic} | ({"penalty": l_penalty} if penalised else {})
        clamp = 0.0 if penalised else self.options["clip"]
        return (
            self.phase("critics", ("Q_a", "Q_b"), losses, self._for_critics, per_domain=True, clamp=clamp),
            self.phase("generators", ("G_ab", "G_ba"), LOSSES, self._masks, every=max(1, self.options["critic_steps"])),
        )

    def _masks(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return {f"drawn_{use}": self._mask(x_a) for use in ("a", "b", "a_rec", "b_rec")}

    def _for_critics(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return self._masks(x_a, x_b) | {f"u_{side}": self.noise.uniform(x_a, 1, 1, 1) for side in "ab"}

    def _mask(self, x: Tensor) -> Tensor:
        return self.noise.uniform(x, *self._dropout_shape(x))

    def _dropout_shape(self, x: Tensor) -> tuple[int, ...]:
        generator = self.networks["G_ab"]
        assert isinstance(generator, UNet)
        return generator.dropout_shape(*x.shape[2:]) if self.options["dropout"] else ()

    def draw_style(self, x: Tensor, to: Domain, generator: torch.Generator) -> Tensor:
        return torch.rand(1, *self._dropout_shape(x), generator=generator).to(x)

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {f"drawn_{to}": style}


METHOD = DualGAN

"""DRIT (Lee et al., ECCV 2018): content that no discriminator can tell the domain of, and an attribute of the domain.

A translation has the content of the image and an attribute that is drawn, or that of an example. The content encoders
share their last block S, the generators their first, H. Images are (N, 3, H, W) in [-1, 1], content codes (N, 4w, H/4,
W/4), attributes z (N, attributes). As the authors' code has it before mode seeking (docs/decisions.md).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, final

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import bce, bce_scales, float32, l1
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.noise import normal, plus
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.drit import AttributeEncoder, ContentDiscriminator, OwnContentEncoder, OwnGenerator
from crossnet.models.init import InitialWeights, uniform
from crossnet.models.init import normal as normal_weights
from crossnet.models.multiscale import MultiScalePatchGAN
from crossnet.models.resnet import ResidualBlocks


def build(shape: Shape, options: Mapping[str, Any]) -> dict[str, nn.Module]:
    """All networks by name: S, H and Qc are of both domains, R_a and R_b judge translations with random attributes."""
    width, blocks, attributes = shape.width, options["own_blocks"], options["attributes"]
    networks: dict[str, nn.Module] = {
        "S": ResidualBlocks(4 * width, 1),
        "H": ResidualBlocks(4 * width, 1),
        "Qc": ContentDiscriminator(width, shape.size // 4),
    }
    for domain in "ab":
        networks |= {
            f"F_{domain}": OwnContentEncoder(width, blocks),
            f"A_{domain}": AttributeEncoder(width, attributes),
            f"G_{domain}": OwnGenerator(width, blocks, attributes),
        }
        for name in ("Q", "R"):
            layers, scales = shape.discriminator_layers + 1, options["scales"]  # 4 where the PatchGAN has 3
            judge = MultiScalePatchGAN(shape.discriminator_width, layers, scales, shape.size, 0.01)
            networks[f"{name}_{domain}"] = judge
    return networks


PATHS: PathTable = {
    # content c, with noise; attribute z, drawn from what A says; g is what both generators begin with
    "f_a": ("F_a", "x_a"),
    "f_b": ("F_b", "x_b"),
    "h_a": ("S", "f_a"),
    "h_b": ("S", "f_b"),
    "c_a": ("plus_a", "h_a", "e_a"),
    "c_b": ("plus_b", "h_b", "e_b"),
    "t_a": ("A_a", "x_a"),
    "t_b": ("A_b", "x_b"),
    "z_a": ("draw_a", "t_a", "u_a"),
    "z_b": ("draw_b", "t_b", "u_b"),
    "g_a": ("H", "c_a"),
    "g_b": ("H", "c_b"),
    # an image of its own content, the other's content, and that with a random attribute
    "x_a_rec": ("G_a", "g_a", "z_a"),
    "x_b_rec": ("G_b", "g_b", "z_b"),
    "x_a_hat": ("G_a", "g_b", "z_a"),
    "x_b_hat": ("G_b", "g_a", "z_b"),
    "x_a_rnd": ("G_a", "g_b", "z"),
    "x_b_rnd": ("G_b", "g_a", "z"),
    # the cross-cycle: content and attributes of both translations are exchanged again
    "f_a_back": ("F_b", "x_b_hat"),
    "f_b_back": ("F_a", "x_a_hat"),
    "h_a_back": ("S", "f_a_back"),
    "h_b_back": ("S", "f_b_back"),
    "c_a_back": ("plus_a", "h_a_back", "e_a_back"),
    "c_b_back": ("plus_b", "h_b_back", "e_b_back"),
    "t_a_back": ("A_a", "x_a_hat"),
    "t_b_back": ("A_b", "x_b_hat"),
    "z_a_back": ("draw_a", "t_a_back", "u_a_back"),
    "z_b_back": ("draw_b", "t_b_back", "u_b_back"),
    "g_a_back": ("H", "c_a_back"),
    "g_b_back": ("H", "c_b_back"),
    "x_a_cyc": ("G_a", "g_a_back", "z_a_back"),
    "x_b_cyc": ("G_b", "g_b_back", "z_b_back"),
    # the random attribute is found again
    "t_a_rnd": ("A_a", "x_a_rnd"),
    "t_b_rnd": ("A_b", "x_b_rnd"),
    # discriminators
    "q_a": ("Q_a", "x_a"),
    "q_b": ("Q_b", "x_b"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "r_a": ("R_a", "x_a"),
    "r_b": ("R_b", "x_b"),
    "r_a_rnd": ("R_a", "x_a_rnd"),
    "r_b_rnd": ("R_b", "x_b_rnd"),
    "qc_a": ("Qc", "c_a"),
    "qc_b": ("Qc", "c_b"),
}


def draw(t: Tensor, u: Tensor) -> Tensor:
    """An attribute from its mean and the logarithm of its variance, by noise."""
    mean, log_variance = t.chunk(2, 1)
    return mean + (log_variance / 2).exp() * u


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """Cross-entropy at every scale: translations should pass for real images."""
    return PerDomain(b=bce_scales(q_b_hat, 1), a=bce_scales(q_a_hat, 1))


def l_content_gan(qc_a: Tensor, qc_b: Tensor) -> PerDomain:
    """The content discriminator should not know the domain of either code: one half."""
    return PerDomain(a=bce(qc_a, 0.5), b=bce(qc_b, 0.5))


def l_cross_cycle(x_a_cyc: Tensor, x_a: Tensor, x_b_cyc: Tensor, x_b: Tensor) -> PerDomain:
    """Content and attribute that are exchanged twice give the image again."""
    return PerDomain(a=l1(x_a_cyc, x_a), b=l1(x_b_cyc, x_b))


def l_reconstruction(x_a_rec: Tensor, x_a: Tensor, x_b_rec: Tensor, x_b: Tensor) -> PerDomain:
    """An image is rebuilt from its own content and attribute."""
    return PerDomain(a=l1(x_a_rec, x_a), b=l1(x_b_rec, x_b))


def l_kl(t_a: Tensor, t_b: Tensor) -> PerDomain:
    """Attributes are near N(0, 1): the divergence of what A says, summed over the attributes."""
    return PerDomain(a=_divergence(t_a), b=_divergence(t_b))


def _divergence(t: Tensor) -> Tensor:
    mean, log_variance = float32(t).chunk(2, 1)
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()


def l_content_decay(c_a: Tensor, c_b: Tensor) -> PerDomain:
    """Content codes stay small."""
    return PerDomain(a=float32(c_a).square().mean(), b=float32(c_b).square().mean())


def l_gan_random(r_b_rnd: Tensor, r_a_rnd: Tensor) -> PerDomain:
    """Translations with random attributes should pass for real images."""
    return PerDomain(b=bce_scales(r_b_rnd, 1), a=bce_scales(r_a_rnd, 1))


def l_latent(t_a_rnd: Tensor, t_b_rnd: Tensor, z: Tensor) -> PerDomain:
    """The random attribute is what A finds in the translation."""
    return PerDomain(a=l1(t_a_rnd.chunk(2, 1)[0], z), b=l1(t_b_rnd.chunk(2, 1)[0], z))


def l_disc(q_a: Tensor, q_a_hat: Tensor, q_b: Tensor, q_b_hat: Tensor) -> PerDomain:
    """Cross-entropy at every scale, not halved."""
    return PerDomain(a=bce_scales(q_a, 1) + bce_scales(q_a_hat, 0), b=bce_scales(q_b, 1) + bce_scales(q_b_hat, 0))


def l_disc_random(r_a: Tensor, r_a_rnd: Tensor, r_b: Tensor, r_b_rnd: Tensor) -> PerDomain:
    """The same of translations with random attributes."""
    return l_disc(r_a, r_a_rnd, r_b, r_b_rnd)


def l_disc_content(qc_a: Tensor, qc_b: Tensor) -> PerDomain:
    """The content discriminator tells codes of A, 0, from those of B, 1."""
    return PerDomain(a=bce(qc_a, 0), b=bce(qc_b, 1))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.drit.<name>
    "gan": l_gan,
    "content_gan": l_content_gan,
    "cross_cycle": l_cross_cycle,
    "reconstruction": l_reconstruction,
    "kl": l_kl,
    "content_decay": l_content_decay,
    "gan_random": l_gan_random,
    "latent": l_latent,
}
RANDOM = ("gan_random", "latent")  # those of the last phase
OPTIONS = {
    "attributes": 8,
    "own_blocks": 3,  # of each content encoder, and of each generator
    "scales": 3,  # of the discriminators
    "period": 3,  # every third step is a full one; in the others the content discriminator alone is trained
    "content_rate": 0.4,  # factor on the learning rate of the content discriminator: 4e-5
    "content_clip": 5.0,  # norm of its gradients
    "rate": 0.5,  # 1e-4 where the scale's lr is 2e-4
    "weight_decay": 1e-4,
}


@final
class DRIT(TableMethod):
    """Content discriminator in every step; in full ones, image discriminators, all generators, then all but A.

    The last two phases share their moments. Each phase has a forward pass and noise of its own.
    """

    paths = PATHS
    operations = MappingProxyType({"plus_a": plus, "plus_b": plus, "draw_a": draw, "draw_b": draw})
    translates_with = ("F_a", "S", "H", "G_b", "F_b", "G_a", "A_a", "A_b")
    codes = MappingProxyType({"b": "h_a", "a": "h_b"})
    alike = tuple((f"{network}_a", f"{network}_b") for network in "FAG")
    has_styles = True
    initial = InitialWeights(normal_weights(0.02), uniform, bias=None)

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape, self.options)

    def make_phases(self) -> tuple[Phase, ...]:
        period = max(1, self.options["period"])
        full: dict[str, Any] = {"every": period, "turns": (period - 1,)}
        own = tuple(f"{network}_{domain}" for network in "FG" for domain in "ab")
        discriminators: dict[str, Loss] = {"disc": l_disc, "disc_random": l_disc_random}
        rare = {"rate": self.options["content_rate"], "clip": self.options["content_clip"]}
        together = {name: loss for name, loss in LOSSES.items() if name not in RANDOM}
        random = {name: LOSSES[name] for name in RANDOM}
        phases = [
            self.phase("content", ("Qc",), {"disc_content": l_disc_content}, self._content, **rare),
            self.phase("discriminators", ("Q_a", "Q_b", "R_a", "R_b"), discriminators, self._once, True, **full),
            self.phase("generators", (*own, "S", "H", "A_a", "A_b"), together, self._twice, **full),
        ]
        if any(self.options[name] for name in RANDOM):
            phases.append(self.phase("random", (*own, "S", "H"), random, self._once, moments="generators", **full))
        return tuple(phases)

    def _content(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return self.noise.of_codes(x_a, self.shape.width)

    def _once(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        attributes = {name: self.noise.normal(x_a, self.options["attributes"]) for name in ("u_a", "u_b", "z")}
        return self._content(x_a, x_b) | attributes

    def _twice(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        again = {f"{name}_back": drawn for name, drawn in self._once(x_a, x_b).items() if name != "z"}
        return self._once(x_a, x_b) | again

    def draw_style(self, x: Tensor, to: Domain, generator: torch.Generator) -> Tensor:
        return normal(generator, x, self.options["attributes"])

    def style_of(self, x: Tensor, domain: Domain) -> Tensor:
        mean, _ = self.networks[f"A_{domain}"](x).chunk(2, 1)
        return mean

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {"e_a": 0.0, "e_b": 0.0, f"z_{to}": style}


METHOD = DRIT

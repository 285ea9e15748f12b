"""StarGAN (Choi et al., CVPR 2018) with two domains: one generator that is told the domain to translate to.

In training the labels of a batch are permuted: an image may be translated to its own domain. c_a and c_b are the labels
of the domains, t_a and t_b those that the images of A and of B are translated to.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, final

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossnet.methods.adversarial import float32, gradient_penalty, l1, mix
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.init import TORCH
from crossnet.models.stargan import DOMAINS, ClassifyingDiscriminator, LabelledGenerator


def build(shape: Shape, blocks: int) -> dict[str, nn.Module]:
    """Both networks, which are of both domains."""
    return {
        "G": LabelledGenerator(shape.width, blocks),
        "Q": ClassifyingDiscriminator(shape.discriminator_width, shape.size),
    }


PATHS: PathTable = {
    # y_a is what x_a is translated to
    "y_a": ("G", "x_a", "t_a"),
    "y_b": ("G", "x_b", "t_b"),
    "x_a_rec": ("G", "y_a", "c_a"),
    "x_b_rec": ("G", "y_b", "c_b"),
    "q_y_a": ("Q", "y_a"),
    "q_y_b": ("Q", "y_b"),
    "q_a": ("Q", "x_a"),
    "q_b": ("Q", "x_b"),
    "x_a_mix": ("mix_a", "x_a", "y_a", "u_a"),
    "x_b_mix": ("mix_b", "x_b", "y_b", "u_b"),
    # at test time
    "x_b_hat": ("G", "x_a", "c_b"),
    "x_a_hat": ("G", "x_b", "c_a"),
}


def _score(q: Tensor) -> Tensor:
    return float32(q[:, :-DOMAINS]).mean()


def _classified(q: Tensor, label: Tensor) -> Tensor:
    return functional.cross_entropy(float32(q[:, -DOMAINS:]), label)


def l_gan(q_y_a: Tensor, q_y_b: Tensor) -> PerDomain:
    """Eq. (1) for the generator, as a Wasserstein loss, Eq. (8): translations score high."""
    return PerDomain(a=-_score(q_y_a), b=-_score(q_y_b))


def l_domain(q_y_a: Tensor, t_a: Tensor, q_y_b: Tensor, t_b: Tensor) -> PerDomain:
    """Translations are classified as of the domain that they were translated to."""
    return PerDomain(a=_classified(q_y_a, t_a), b=_classified(q_y_b, t_b))


def l_reconstruction(x_a_rec: Tensor, x_a: Tensor, x_b_rec: Tensor, x_b: Tensor) -> PerDomain:
    """G(G(x, t), c) is x; an image survives the translation there and back."""
    return PerDomain(a=l1(x_a_rec, x_a), b=l1(x_b_rec, x_b))


def l_disc(q_y_a: Tensor, q_a: Tensor, q_y_b: Tensor, q_b: Tensor) -> PerDomain:
    """The critic scores translations low, and real images high."""
    return PerDomain(a=_score(q_y_a) - _score(q_a), b=_score(q_y_b) - _score(q_b))


def l_real_domain(q_a: Tensor, c_a: Tensor, q_b: Tensor, c_b: Tensor) -> PerDomain:
    """Real images are classified as of their own domain."""
    return PerDomain(a=_classified(q_a, c_a), b=_classified(q_b, c_b))


def l_penalty(Q: nn.Module, x_a_mix: Tensor, x_b_mix: Tensor) -> PerDomain:  # noqa: N803
    """The gradient of the scores has length 1 between real images and translations."""

    def scores(x: Tensor) -> Tensor:
        found: Tensor = Q(x)
        return found[:, :-DOMAINS]

    return PerDomain(a=gradient_penalty(scores, x_a_mix), b=gradient_penalty(scores, x_b_mix))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.stargan.<name>
    "gan": l_gan,
    "domain": l_domain,
    "reconstruction": l_reconstruction,
}
OPTIONS = {
    "real_domain": 1.0,  # weight of the classification of real images
    "penalty": 10.0,  # weight of the gradient penalty
    "blocks": 6,
    "critic_steps": 5,  # for one of the generator
    "rate": 0.5,  # 1e-4 where the scale's lr is 2e-4
}


@final
class StarGAN(TableMethod):
    """The discriminator in every step, the generator in every fifth."""

    paths = PATHS
    operations = MappingProxyType({"mix_a": mix, "mix_b": mix})
    translates_with = ("G",)
    initial = TORCH

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape, self.options["blocks"])

    def make_phases(self) -> tuple[Phase, ...]:
        losses: dict[str, Loss] = {"disc": l_disc, "real_domain": l_real_domain, "penalty": l_penalty}
        steps = max(1, self.options["critic_steps"])
        return (
            self.phase("discriminator", ("Q",), losses, self._labels_and_places, per_domain=True),
            self.phase("generator", ("G",), LOSSES, self._labels, every=steps, turns=(steps - 1,)),
        )

    def _labels(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        c_a, c_b = (_label(x, domain) for x, domain in ((x_a, "a"), (x_b, "b")))
        order = self.noise.uniform(torch.cat([x_a, x_b])).argsort()
        t_a, t_b = torch.cat([c_a, c_b])[order].chunk(2)
        return {"c_a": c_a, "c_b": c_b, "t_a": t_a, "t_b": t_b}

    def _labels_and_places(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return self._labels(x_a, x_b) | {f"u_{side}": self.noise.uniform(x_a, 1, 1, 1) for side in "ab"}

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {f"c_{to}": _label(x, to)}


def _label(x: Tensor, domain: str) -> Tensor:
    """(N, DOMAINS): 1 for the domain, 0 for the other."""
    one_hot = torch.tensor([float(domain == each) for each in "ab"])
    return one_hot.expand(len(x), -1).to(x)


METHOD = StarGAN

"""DiscoGAN (Kim et al., ICML 2017): two hourglass generators that invert each other, for small images.

A step trains the discriminators or the generators, once and twice of three. For a share of the training reconstruction
hardly counts. As the authors' code has it (docs/decisions.md).
"""

from typing import Any, final

from torch import Tensor, nn

from crossnet.methods.adversarial import bce, float32
from crossnet.methods.base import Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.discogan import HourglassGenerator, LayeredDiscriminator, halvings
from crossnet.models.init import TORCH


def build(shape: Shape) -> dict[str, nn.Module]:
    """All networks by name."""
    count = halvings(shape.size)
    return {
        "G_ab": HourglassGenerator(shape.width, count),
        "G_ba": HourglassGenerator(shape.width, count),
        "Q_a": LayeredDiscriminator(shape.discriminator_width, count, shape.size),
        "Q_b": LayeredDiscriminator(shape.discriminator_width, count, shape.size),
    }


PATHS: PathTable = {
    "x_b_hat": ("G_ab", "x_a"),
    "x_a_hat": ("G_ba", "x_b"),
    "x_a_rec": ("G_ba", "x_b_hat"),
    "x_b_rec": ("G_ab", "x_a_hat"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    "q_a": ("Q_a", "x_a"),
    "q_b": ("Q_b", "x_b"),
}


def l_gan(Q_b: LayeredDiscriminator, q_b_hat: Tensor, Q_a: LayeredDiscriminator, q_a_hat: Tensor) -> PerDomain:  # noqa: N803
    """Cross-entropy: the discriminators should say that translations are real."""
    return PerDomain(b=bce(Q_b.scores(q_b_hat), 1), a=bce(Q_a.scores(q_a_hat), 1))


def l_features(
    Q_b: LayeredDiscriminator,  # noqa: N803
    q_b_hat: Tensor,
    q_b: Tensor,
    Q_a: LayeredDiscriminator,  # noqa: N803
    q_a_hat: Tensor,
    q_a: Tensor,
) -> PerDomain:
    """The means over a batch of the discriminators' inner layers are those of real images."""
    return PerDomain(b=_matched(Q_b, q_b_hat, q_b), a=_matched(Q_a, q_a_hat, q_a))


def _matched(q: LayeredDiscriminator, fake: Tensor, real: Tensor) -> Tensor:
    layers = zip(q.features(float32(fake)), q.features(float32(real)), strict=True)
    return sum(((x.mean(0) - y.mean(0)).square().mean() for x, y in layers), start=fake.new_zeros(()))


def l_reconstruction(x_a_rec: Tensor, x_a: Tensor, x_b_rec: Tensor, x_b: Tensor) -> PerDomain:
    """G_ba(G_ab(x_a)) is x_a: mean squares of images in [0, 1], as in the paper."""
    return PerDomain(a=(float32(x_a_rec - x_a) / 2).square().mean(), b=(float32(x_b_rec - x_b) / 2).square().mean())


def l_disc(
    Q_a: LayeredDiscriminator,  # noqa: N803
    q_a: Tensor,
    q_a_hat: Tensor,
    Q_b: LayeredDiscriminator,  # noqa: N803
    q_b: Tensor,
    q_b_hat: Tensor,
) -> PerDomain:
    """Cross-entropy, halved: real images are real, translations are not."""
    return PerDomain(
        a=(bce(Q_a.scores(q_a), 1) + bce(Q_a.scores(q_a_hat), 0)) / 2,
        b=(bce(Q_b.scores(q_b), 1) + bce(Q_b.scores(q_b_hat), 0)) / 2,
    )


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.discogan.<name>
    "gan": l_gan,
    "features": l_features,
    "reconstruction": l_reconstruction,
}
OPTIONS = {
    "early": 0.1,  # share of the training; its authors' code: 10,000 iterations
    "early_share": 0.01,  # of the objective that reconstruction has until then, gan and features the rest
    "late_share": 0.5,  # and from then on
    "decay_from": 1.0,  # constant
    "weight_decay": 1e-5,
}


@final
class DiscoGAN(TableMethod):
    """One step of three for the discriminators, two for the generators, which share moments early and late."""

    paths = PATHS
    translates_with = ("G_ab", "G_ba")
    alike = (("G_ab", "G_ba"),)
    initial = TORCH

    def build(self) -> dict[str, nn.Module]:
        self.multiple = 2 ** halvings(self.shape.size)
        return build(self.shape)

    def make_phases(self) -> tuple[Phase, ...]:
        early = self.options["early"]
        return (
            self.phase("discriminators", ("Q_a", "Q_b"), {"disc": l_disc}, per_domain=True, every=3),
            self._generators("early", self.options["early_share"], 0.0, early),
            self._generators("generators", self.options["late_share"], early, 1.0),
        )

    def _generators(self, name: str, share: float, since: float, until: float) -> Phase:
        rest = {loss: (1 - share) * self.options[loss] for loss in ("gan", "features")}
        weights = rest | {"reconstruction": share * self.options["reconstruction"]}
        when: dict[str, Any] = {"every": 3, "turns": (1, 2), "since": since, "until": until, "moments": "generators"}
        return self.phase(name, ("G_ab", "G_ba"), LOSSES, weights=weights, **when)


METHOD = DiscoGAN

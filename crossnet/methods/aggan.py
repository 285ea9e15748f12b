"""AGGAN (Mejjati et al., NeurIPS 2018): attention networks say where a picture is to be translated.

A translation is the generator's where the attention is 1, and the input where it is 0. In the first part of a training
the attention is trained and the discriminators see whole images; then it is frozen, and they see what it marks alone,
without their norms. `m_a` is the attention for images of A; a hat marks what was translated.
"""

from collections.abc import Callable
from functools import partial
from typing import final

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import ImagePools, l1, l_disc, l_gan
from crossnet.methods.base import Phase
from crossnet.methods.graph import Loss, Paths, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.aggan import Attention, Discriminator, Generator, Kernels
from crossnet.models.init import InitialWeights, truncated


def build(shape: Shape, kernels: Kernels) -> dict[str, nn.Module]:
    """All networks by name. Generators and attention have half of the scale's width: 32 at the paper's."""
    width = max(1, shape.width // 2)
    return {
        "G_ab": Generator(width, shape.encoder_blocks),
        "G_ba": Generator(width, shape.encoder_blocks),
        "A_a": Attention(width, kernels),
        "A_b": Attention(width, kernels),
        "Q_a": Discriminator(shape.discriminator_width, shape.discriminator_layers),
        "Q_b": Discriminator(shape.discriminator_width, shape.discriminator_layers),
    }


PATHS: PathTable = {
    # the attention of an image, what the generator makes of it, and both together
    "m_a": ("A_a", "x_a"),
    "m_b": ("A_b", "x_b"),
    "r_b": ("G_ab", "x_a"),
    "r_a": ("G_ba", "x_b"),
    "x_b_hat": ("blend_b", "r_b", "m_a", "x_a"),
    "x_a_hat": ("blend_a", "r_a", "m_b", "x_b"),
    # back, with the attention of the translation
    "m_b_hat": ("A_b", "x_b_hat"),
    "m_a_hat": ("A_a", "x_a_hat"),
    "r_a_back": ("G_ba", "x_b_hat"),
    "r_b_back": ("G_ab", "x_a_hat"),
    "x_a_cycled": ("blend_a", "r_a_back", "m_b_hat", "x_b_hat"),
    "x_b_cycled": ("blend_b", "r_b_back", "m_a_hat", "x_a_hat"),
    # discriminators of whole images; past translations come with the attention of their sources, as a fourth channel
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    "x_b_old": ("image_b", "x_b_pool"),
    "x_a_old": ("image_a", "x_a_pool"),
    "q_b": ("Q_b", "x_b"),
    "q_a": ("Q_a", "x_a"),
    "q_b_pool": ("Q_b", "x_b_old"),
    "q_a_pool": ("Q_a", "x_a_old"),
    # discriminators, without norms, of what is marked: of translations by their sources', of real images by their own
    "s_b_hat": ("keep_b", "x_b_hat", "m_a"),
    "s_a_hat": ("keep_a", "x_a_hat", "m_b"),
    "s_b": ("keep_b", "x_b", "m_b"),
    "s_a": ("keep_a", "x_a", "m_a"),
    "s_b_old": ("show_b", "x_b_pool"),
    "s_a_old": ("show_a", "x_a_pool"),
    "q_s_b_hat": ("Q_b_bare", "s_b_hat"),
    "q_s_a_hat": ("Q_a_bare", "s_a_hat"),
    "q_s_b": ("Q_b_bare", "s_b"),
    "q_s_a": ("Q_a_bare", "s_a"),
    "q_s_b_pool": ("Q_b_bare", "s_b_old"),
    "q_s_a_pool": ("Q_a_bare", "s_a_old"),
}


def blend(r: Tensor, m: Tensor, x: Tensor) -> Tensor:
    """What was made where the attention is 1, and the input where it is 0."""
    return m * r + (1 - m) * x


def keep(x: Tensor, m: Tensor, threshold: float) -> Tensor:
    """An image where its attention reaches a threshold, and 0 elsewhere."""
    return x * (m >= threshold)


def image(x: Tensor) -> Tensor:
    """The image of an image with attention, (N, 4, H, W) -> (N, 3, H, W)."""
    return x[:, :3]


def show(x: Tensor, threshold: float) -> Tensor:
    """`keep` of an image with attention, (N, 4, H, W) -> (N, 3, H, W)."""
    return keep(x[:, :3], x[:, 3:], threshold)


def l_gan_marked(q_s_b_hat: Tensor, q_s_a_hat: Tensor) -> PerDomain:
    """`l_gan` of what is marked of the translations."""
    return l_gan(q_s_b_hat, q_s_a_hat)


def l_cycle(x_a_cycled: Tensor, x_a: Tensor, x_b_cycled: Tensor, x_b: Tensor) -> PerDomain:
    """An image survives the translation there and back."""
    return PerDomain(a=l1(x_a_cycled, x_a), b=l1(x_b_cycled, x_b))


def l_disc_marked(q_s_a: Tensor, q_s_a_pool: Tensor, q_s_b: Tensor, q_s_b_pool: Tensor) -> PerDomain:
    """`l_disc` of what is marked of real images and of translations of any age."""
    return l_disc(q_s_a, q_s_a_pool, q_s_b, q_s_b_pool)


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.aggan.<name>
    "gan": l_gan,
    "cycle": l_cycle,
}
OPTIONS = {
    "switch": 0.3,  # share of the training after which the attention is frozen: 30 of 100 epochs
    "threshold": 0.1,  # of the attention, from then on
    "attention": ("coded", "printed"),  # kernels of the attention networks
    "rate": 0.5,  # 1e-4, of 2e-4
}


class MaskedPools(ImagePools):
    """Image pools whose translations have the attention of their sources as a fourth channel."""

    def remember(self, paths: Paths) -> None:
        if "x_a_hat" in paths and "x_b_hat" in paths:
            both = ((paths["x_a_hat"], paths["m_b"]), (paths["x_b_hat"], paths["m_a"]))
            old_a, old_b = (torch.cat(each, 1).detach() for each in both)
            self._translations = old_a, old_b


@final
class Aggan(TableMethod):
    """The generators descend the weighted sum of `LOSSES`, and the attention until the switch; then discriminators.

    The score map of an image of A is 1 - m_a. The attention marks what is changed, and from objects on scenery to
    objects on white that is the background. This sign was fixed before any result was seen.
    """

    paths = PATHS
    translates_with = ("G_ab", "A_a", "G_ba", "A_b")
    initial = InitialWeights(truncated(0.02), truncated(0.02), scale_std=0.02)
    alike = (("G_ab", "G_ba"), ("A_a", "A_b"))
    pools_type = MaskedPools

    def build(self) -> dict[str, nn.Module]:
        threshold = self.options["threshold"]
        keep_marked, show_marked = partial(keep, threshold=threshold), partial(show, threshold=threshold)
        kinds: dict[str, Callable[..., Tensor]] = {
            "blend": blend,
            "keep": keep_marked,
            "image": image,
            "show": show_marked,
        }
        self.operations = {f"{name}_{side}": made for name, made in kinds.items() for side in "ab"} | {
            f"Q_{side}_bare": partial(self._bare, f"Q_{side}") for side in "ab"
        }
        return build(self.shape, self.options["attention"])

    def make_phases(self) -> tuple[Phase, ...]:
        generators, attention = ("G_ab", "G_ba"), ("A_a", "A_b")
        switch = self.options["switch"]
        first = self.phase("generators", (*generators, *attention), LOSSES, until=switch, moments="generators")
        marked = LOSSES | {"gan": l_gan_marked}
        last = self.phase("generators_marked", generators, marked, since=switch, moments="generators")
        if not self.options["gan"]:
            return first, last
        return (
            first,
            last,
            self._discriminators("discriminators", l_disc, until=switch),
            self._discriminators("discriminators_marked", l_disc_marked, since=switch),
        )

    def _discriminators(self, name: str, loss: Loss, since: float = 0.0, until: float = 1.0) -> Phase:
        networks, sample = ("Q_a", "Q_b"), self.pools.exchange
        return self.phase(
            name, networks, {"disc": loss}, sample, True, since=since, until=until, moments="discriminators"
        )

    def scores(self, x: Tensor) -> Tensor:
        attention: Tensor = self.networks["A_a"](x)
        return 1 - attention[:, 0]

    def _bare(self, name: str, x: Tensor) -> Tensor:
        """A discriminator's scores without its norms."""
        scores: Tensor = self.networks[name](x, False)
        return scores


METHOD = Aggan

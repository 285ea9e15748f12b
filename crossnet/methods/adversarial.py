"""Adversarial losses that methods share, and the image pools of their discriminators."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossnet.methods.graph import Paths, PerDomain
from crossnet.training.seeds import derive


def l1(x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute difference over all elements (the paper's norms; its weights rest on the mean)."""
    return (float32(x) - float32(y)).abs().mean()


def lsgan_generator_loss(scores: Tensor) -> Tensor:
    """Least squares for a generator: its images should score 1 (Mao et al., ICCV 2017, Eq. 9)."""
    return (float32(scores) - 1).square().mean()


def lsgan_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Least squares for a discriminator: real images score 1, translations 0; halved as in CycleGAN's code."""
    return 0.5 * ((float32(real) - 1).square().mean() + float32(fake).square().mean())


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """L_GAN, §3.5: the discriminators should score both translations as real images."""
    return PerDomain(b=lsgan_generator_loss(q_b_hat), a=lsgan_generator_loss(q_a_hat))


def l_disc(q_a: Tensor, q_a_pool: Tensor, q_b: Tensor, q_b_pool: Tensor) -> PerDomain:
    """Each discriminator tells real images from translations of any age."""
    return PerDomain(a=lsgan_discriminator_loss(q_a, q_a_pool), b=lsgan_discriminator_loss(q_b, q_b_pool))


def bce(scores: Tensor, target: float) -> Tensor:
    """Mean binary cross-entropy of scores, before a sigmoid, with a target for all of them."""
    scores = float32(scores)
    return functional.binary_cross_entropy_with_logits(scores, torch.full_like(scores, target))


def bce_scales(scores: Tensor, target: float) -> Tensor:
    """The sum over the scales of scores (N, scales, h, w) of their mean cross-entropies."""
    return scores.shape[1] * bce(scores, target)


def l_gan_scales(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """Least squares at every scale of a discriminator, scores (N, scales, h, w): translations should score 1."""
    return PerDomain(b=scales(q_b_hat, 1), a=scales(q_a_hat, 1))


def l_disc_scales(q_a: Tensor, q_a_hat: Tensor, q_b: Tensor, q_b_hat: Tensor) -> PerDomain:
    """Least squares at every scale: real images score 1, translations 0; not halved, as in MUNIT's code."""
    return PerDomain(a=scales(q_a, 1) + scales(q_a_hat, 0), b=scales(q_b, 1) + scales(q_b_hat, 0))


def scales(scores: Tensor, target: float) -> Tensor:
    """The sum over the scales of scores (N, scales, h, w) of their mean squares from a target."""
    return scores.shape[1] * (float32(scores) - target).square().mean()


def l_wasserstein(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """For generators: critics should score translations high (Arjovsky, Chintala, Bottou, ICML 2017)."""
    return PerDomain(b=-float32(q_b_hat).mean(), a=-float32(q_a_hat).mean())


def l_critic(q_a_hat: Tensor, q_a: Tensor, q_b_hat: Tensor, q_b: Tensor) -> PerDomain:
    """For critics: translations score low, and real images high (Arjovsky, Chintala, Bottou, ICML 2017)."""
    return PerDomain(a=float32(q_a_hat).mean() - float32(q_a).mean(), b=float32(q_b_hat).mean() - float32(q_b).mean())


def mix(x: Tensor, x_hat: Tensor, u: Tensor) -> Tensor:
    """A point between an image and a translation: x + u (x_hat - x), u (N, 1, 1, 1) in [0, 1]."""
    return x + u * (x_hat - x)


def l_penalty(Q_a: nn.Module, x_a_mix: Tensor, Q_b: nn.Module, x_b_mix: Tensor) -> PerDomain:  # noqa: N803
    """A critic's gradient has length 1 between real images and translations (Gulrajani et al., NIPS 2017, Eq. 3)."""
    return PerDomain(a=gradient_penalty(Q_a, x_a_mix), b=gradient_penalty(Q_b, x_b_mix))


def gradient_penalty(critic: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The mean over images (N, ...) of (length of the critic's gradient - 1)²."""
    return (float32(slope(critic, x)).flatten(1).norm(dim=1) - 1).square().mean()


def slope(network: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The gradient of a network's summed output at x (N, ...), of which gradients of weights can be computed.

    In plain torch: threads and compiled networks lose second derivatives.
    """
    at = x.detach().requires_grad_().clone()
    [gradient] = torch.autograd.grad(network(at).sum(), at, create_graph=True)
    return gradient


def float32(x: Tensor) -> Tensor:
    """At least float32, so that sums stay exact where networks compute in bf16."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


class ImagePool(nn.Module):
    """Past translations for a discriminator to see (Shrivastava et al., CVPR 2017, §2.3, as CycleGAN keeps them).

    Until it holds `size` images it stores each one and hands it back. Then, with `reuse_probability`, it hands
    back a stored image at random and stores the new one in its place; else it hands back the new one. A probability
    or size of 0 turns it off. It has a random state of its own, so that a run can be resumed exactly.
    """

    def __init__(self, size: int, reuse_probability: float, seed: int):
        super().__init__()
        self.size, self.reuse_probability = size, reuse_probability
        self.images: list[Tensor] = []
        self._random = torch.Generator().manual_seed(seed)

    def exchange(self, images: Tensor) -> Tensor:
        """Give new translations (N, 3, H, W), get as many of any age, without gradients."""
        self.images = [image.to(images.device) for image in self.images]
        return torch.stack([self._exchange_one(image) for image in images.detach()])

    def _exchange_one(self, image: Tensor) -> Tensor:
        if len(self.images) < self.size:
            self.images.append(image.clone())
            return image
        if torch.rand((), generator=self._random).item() >= self.reuse_probability or not self.images:
            return image
        place = int(torch.randint(len(self.images), (), generator=self._random))
        old, self.images[place] = self.images[place], image.clone()
        return old

    def get_extra_state(self) -> dict[str, Tensor]:
        """The images, and the random state, for `state_dict`."""
        images = {"images": torch.stack(self.images)} if self.images else {}
        return images | {"random": self._random.get_state()}

    def set_extra_state(self, state: Mapping[str, Tensor]) -> None:
        """Restore what `get_extra_state` gave; images move to the device of the next ones that are exchanged."""
        self.images = list(state["images"].unbind()) if "images" in state else []
        self._random.set_state(state["random"].cpu())


class ImagePools(nn.Module):
    """An image pool a domain, which give old translations for new ones."""

    def __init__(self, pool: Mapping[str, Any], seed: int):
        super().__init__()
        self.a, self.b = (ImagePool(**pool, seed=derive(seed, domain)) for domain in "ab")
        self._translations: tuple[Tensor, Tensor] | None = None

    def remember(self, paths: Paths) -> None:
        """Keep this step's translations x_a_hat and x_b_hat, if they are computed by now."""
        if "x_a_hat" in paths and "x_b_hat" in paths:
            self._translations = paths["x_a_hat"].detach(), paths["x_b_hat"].detach()

    def exchange(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        """The inputs x_a_pool and x_b_pool of a phase, for the last translations; without any there are none."""
        if self._translations is None:
            return {}
        x_a_hat, x_b_hat = self._translations
        return {"x_a_pool": self.a.exchange(x_a_hat), "x_b_pool": self.b.exchange(x_b_hat)}

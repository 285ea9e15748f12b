"""The loss terms that every adversarial method here shares; reduced in float32 at least, whatever networks run in."""

import torch
from torch import Tensor


def l1(x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute difference over all elements; the paper's norms, with the mean that its weights rest on."""
    return (_wide(x) - _wide(y)).abs().mean()


def judged_real(scores: Tensor) -> Tensor:
    """Least squares [16], a generator's side: its images should score 1."""
    return (_wide(scores) - 1).square().mean()


def discriminate(real: Tensor, fake: Tensor) -> Tensor:
    """Least squares [16], a discriminator's side: real images 1, translated ones 0; halved as in CycleGAN."""
    return 0.5 * ((_wide(real) - 1).square().mean() + _wide(fake).square().mean())


def _wide(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, torch.float32))

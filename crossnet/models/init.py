"""Initial weights, drawn from a given generator, so that a seed gives them whatever else has drawn."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Draw = Callable[[Tensor, torch.Generator], object]  # fill a weight (out, in, ...) in place
AFFINE = (nn.GroupNorm, nn.BatchNorm2d, nn.InstanceNorm2d)


def normal(std: float) -> Draw:
    """N(0, std)."""
    return lambda weight, generator: weight.normal_(0.0, std, generator=generator)


def truncated(std: float) -> Draw:
    """N(0, std) within two standard deviations."""
    return lambda weight, generator: nn.init.trunc_normal_(weight, 0.0, std, -2 * std, 2 * std, generator)


def kaiming(weight: Tensor, generator: torch.Generator) -> object:
    """N(0, 2 / fan in) (He et al., ICCV 2015)."""
    return nn.init.kaiming_normal_(weight, generator=generator)


def uniform(weight: Tensor, generator: torch.Generator) -> object:
    """U(-1, 1) / sqrt(fan in), which is torch's own rule."""
    bound = 1 / math.sqrt(weight[0].numel())
    return weight.uniform_(-bound, bound, generator=generator)


@dataclass(frozen=True)
class InitialWeights:
    """How a network's weights begin.

    convolution, linear: the weights of these layers.
    transposed: the weights of transposed convolutions; None: as of others.
    bias: of them; None: U(-1, 1) / sqrt(fan in), torch's own rule.
    scale_std: affine norms begin with scales N(1, scale_std) and shifts 0.
    """

    convolution: Draw
    linear: Draw
    bias: float | None = 0.0
    scale_std: float = 0.0
    transposed: Draw | None = None


NORMAL = InitialWeights(normal(0.02), normal(0.02))  # unstated in the paper; CycleGAN's
KAIMING = InitialWeights(kaiming, kaiming)
TORCH = InitialWeights(uniform, uniform, bias=None)


@torch.no_grad()
def initialise(network: nn.Module, generator: torch.Generator, rule: InitialWeights = NORMAL) -> None:
    """Draw the weights of all convolutions, linear layers and affine norms of a network, in place.

    A layer with weights of another kind has a method `initialise(generator)` of its own.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            transposed = rule.transposed if isinstance(module, nn.ConvTranspose2d) else None
            draw = rule.linear if isinstance(module, nn.Linear) else transposed or rule.convolution
            draw(module.weight, generator)
            if module.bias is None:
                continue
            if rule.bias is None:
                bound = 1 / math.sqrt(module.weight[0].numel())
                module.bias.uniform_(-bound, bound, generator=generator)
            else:
                module.bias.fill_(rule.bias)
        elif isinstance(module, AFFINE) and module.weight is not None:
            if rule.scale_std:
                module.weight.normal_(1.0, rule.scale_std, generator=generator)
            else:
                module.weight.fill_(1.0)
            module.bias.zero_()
        elif callable(own := getattr(module, "initialise", None)):
            own(generator)

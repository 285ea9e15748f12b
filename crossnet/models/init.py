"""Initial weights: N(0, 0.02) for every convolution, zero biases (unstated in the paper; CycleGAN's)."""

import torch
from torch import nn


def initialise(network: nn.Module, generator: torch.Generator, std: float = 0.02) -> None:
    """Draw the weights of all convolutions of a network from N(0, std) and set their biases to zero, in place."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            with torch.no_grad():
                module.weight.normal_(0.0, std, generator=generator)
                assert module.bias is not None
                module.bias.zero_()

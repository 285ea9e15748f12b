"""CycleGAN's networks in CrossNet's terms, so that both methods differ in nothing but what they are about.

A generator is an encoder and a decoder; `translator_blocks` of the scale is not used. (CycleGAN's generator has its
residual blocks between two halves: the same layers in the same order.)
"""

from torch import nn

from crossnet.nn.blocks import Norm
from crossnet.nn.generators import discriminators, generators


def build(
    width: int,
    encoder_blocks: int,
    translator_blocks: int,
    discriminator_width: int,
    discriminator_layers: int = 3,
    norm: Norm = "instance",
) -> dict[str, nn.Module]:
    """All networks by name."""
    return generators(width, encoder_blocks, norm) | discriminators(discriminator_width, discriminator_layers)

"""CycleGAN's networks in CrossNet's terms, so that both methods differ in nothing but what they are about.

A generator is an encoder and a decoder; `translator_blocks` of the scale is not used. (CycleGAN's generator has its
residual blocks between two halves: the same layers in the same order.)
"""

import torch
from torch import nn

from crossnet.nn.blocks import Decoder, Encoder
from crossnet.nn.init import initialise
from crossnet.nn.patchgan import PatchGAN


def build(
    width: int, encoder_blocks: int, translator_blocks: int, discriminator_width: int, seed: int
) -> dict[str, nn.Module]:
    """All networks by name, with their initial weights."""
    networks: dict[str, nn.Module] = {
        "E_ab": Encoder(width, encoder_blocks),
        "E_ba": Encoder(width, encoder_blocks),
        "D_a": Decoder(width),
        "D_b": Decoder(width),
        "Q_a": PatchGAN(discriminator_width),
        "Q_b": PatchGAN(discriminator_width),
    }
    generator = torch.Generator().manual_seed(seed)
    for network in networks.values():
        initialise(network, generator)
    return networks

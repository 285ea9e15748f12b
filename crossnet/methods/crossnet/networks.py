"""The networks of Fig. 2: two encoders, two decoders, two cross-translators, two discriminators."""

import torch
from torch import nn

from crossnet.nn.blocks import Decoder, Encoder, Translator
from crossnet.nn.init import initialise
from crossnet.nn.patchgan import PatchGAN


def build(
    width: int, encoder_blocks: int, translator_blocks: int, discriminator_width: int, seed: int
) -> dict[str, nn.Module]:
    """All networks by their names in the paper, with their initial weights."""
    networks: dict[str, nn.Module] = {
        "E_ab": Encoder(width, encoder_blocks),
        "E_ba": Encoder(width, encoder_blocks),
        "D_a": Decoder(width),
        "D_b": Decoder(width),
        "T_ab": Translator(width, translator_blocks),
        "T_ba": Translator(width, translator_blocks),
        "Q_a": PatchGAN(discriminator_width),
        "Q_b": PatchGAN(discriminator_width),
    }
    generator = torch.Generator().manual_seed(seed)
    for network in networks.values():
        initialise(network, generator)
    return networks

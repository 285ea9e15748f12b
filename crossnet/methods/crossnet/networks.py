"""The networks of Fig. 2: two encoders, two decoders, two cross-translators, two discriminators."""

from torch import nn

from crossnet.nn.blocks import Norm, Translator
from crossnet.nn.generators import discriminators, generators


def build(
    width: int,
    encoder_blocks: int,
    translator_blocks: int,
    discriminator_width: int,
    discriminator_layers: int = 3,
    norm: Norm = "instance",
) -> dict[str, nn.Module]:
    """All networks by their names in the paper."""
    translators = {name: Translator(width, translator_blocks) for name in ("T_ab", "T_ba")}
    judges = discriminators(discriminator_width, discriminator_layers)
    return generators(width, encoder_blocks, norm) | translators | judges

"""The networks of Fig. 2: two encoders, two decoders, two cross-translators, two discriminators."""

from torch import nn

from crossnet.nn.blocks import Translator
from crossnet.nn.generators import discriminators, generators


def build(width: int, encoder_blocks: int, translator_blocks: int, discriminator_width: int) -> dict[str, nn.Module]:
    """All networks by their names in the paper."""
    translators = {name: Translator(width, translator_blocks) for name in ("T_ab", "T_ba")}
    return generators(width, encoder_blocks) | translators | discriminators(discriminator_width)

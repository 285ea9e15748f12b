"""Two generators, A to B and B to A, and a discriminator a domain: what CrossNet and CycleGAN are both built on."""

from collections.abc import Mapping

from torch import nn

from crossnet.models.patchgan import PatchGAN
from crossnet.models.resnet import Decoder, Encoder, Norm

# `z_b` is a code that `D_b` decodes; a hat marks what was translated
GENERATOR_PATHS = {
    # Fig. 2, the two generators: x_b_hat = D_b(E_ab(x_a))
    "z_b": ("E_ab", "x_a"),
    "z_a": ("E_ba", "x_b"),
    "x_b_hat": ("D_b", "z_b"),
    "x_a_hat": ("D_a", "z_a"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    # §3.3, an encoder that is given an image of its target domain
    "z_b_own": ("E_ab", "x_b"),
    "z_a_own": ("E_ba", "x_a"),
    # Eq. (2), identity
    "x_b_id": ("D_b", "z_b_own"),
    "x_a_id": ("D_a", "z_a_own"),
}


def generators(width: int, blocks: int, norm: Norm) -> dict[str, nn.Module]:
    """E_ab then D_b is the generator A to B, E_ba then D_a the one back."""
    return {
        "E_ab": Encoder(width, blocks, norm),
        "E_ba": Encoder(width, blocks, norm),
        "D_a": Decoder(width, norm),
        "D_b": Decoder(width, norm),
    }


def share_weights(networks: Mapping[str, nn.Module]) -> None:
    """Give both encoders the same weights, and both decoders: those of E_ab and of D_a."""
    for source, target in (("E_ab", "E_ba"), ("D_a", "D_b")):
        networks[target].load_state_dict(networks[source].state_dict())


def discriminators(width: int, layers: int) -> dict[str, nn.Module]:
    """Q_a and Q_b, one for each domain."""
    return {"Q_a": PatchGAN(width, layers), "Q_b": PatchGAN(width, layers)}

"""Initial weights come from the given generator alone."""

import torch
from torch import Tensor, nn

from crossnet.models.init import initialise
from crossnet.models.resnet import Decoder, Encoder


def weights(seed: int) -> list[Tensor]:
    network = nn.Sequential(Encoder(4, 1), Decoder(4))
    initialise(network, torch.Generator().manual_seed(seed))
    return list(network.state_dict().values())


def test_weights_are_small_and_normal_and_biases_zero() -> None:
    network = nn.Sequential(Encoder(16, 2), Decoder(16))
    initialise(network, torch.Generator().manual_seed(0))
    drawn = torch.cat([p.flatten() for name, p in network.named_parameters() if name.endswith("weight")])
    assert abs(drawn.mean()) < 1e-3
    assert abs(drawn.std() - 0.02) < 2e-4
    assert abs((drawn.abs() < 0.02).float().mean() - 0.6827) < 0.01
    assert all((p == 0).all() for name, p in network.named_parameters() if name.endswith("bias"))


def test_a_seed_gives_its_weights_whatever_the_global_state() -> None:
    first = weights(3)
    torch.rand(7)
    assert all(torch.equal(a, b) for a, b in zip(first, weights(3), strict=True))
    assert not torch.equal(first[0], weights(4)[0])

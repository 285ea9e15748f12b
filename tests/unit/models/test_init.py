"""Initial weights come from the given generator alone."""

import torch
from torch import Tensor, nn

from crossnet.models.init import KAIMING, TORCH, InitialWeights, initialise, truncated
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


def drawn(rule: InitialWeights) -> nn.Sequential:
    network = nn.Sequential(
        nn.Conv2d(50, 40, 3),
        nn.Conv2d(40, 30, 3, bias=False),
        nn.ConvTranspose2d(30, 20, 3),
        nn.Linear(500, 100),
        nn.BatchNorm2d(3000),
        nn.InstanceNorm2d(30),
    )
    initialise(network, torch.Generator().manual_seed(1), rule)
    return network


def test_kaiming_is_normal_by_the_fan_in() -> None:
    conv, _, _, linear, norm, _ = drawn(KAIMING)
    assert abs(conv.weight.std() - (2 / 450) ** 0.5) < 1e-3
    assert abs(linear.weight.std() - (2 / 500) ** 0.5) < 1e-3
    assert (conv.bias == 0).all()
    assert (norm.weight == 1).all()


def test_torchs_own_rule_is_uniform_by_the_fan_in() -> None:
    bound, other = 450**-0.5, 500**-0.5
    conv, _, _, linear, _, _ = drawn(TORCH)
    assert 0.99 * bound < conv.weight.max() <= bound
    assert 0.5 * other < linear.bias.abs().max() <= other
    torch.manual_seed(0)
    assert abs(nn.Conv2d(50, 40, 3).weight.std() - conv.weight.std()) < 1e-3


def test_truncated_weights_have_no_tails_and_norms_may_vary() -> None:
    rule = InitialWeights(truncated(0.01), truncated(0.01), bias=0.01, scale_std=0.02)
    conv, bare, transposed, _, norm, _ = drawn(rule)
    for layer in (conv, bare, transposed):
        assert 0.019 < layer.weight.abs().max() <= 0.02
    assert (conv.bias == 0.01).all()
    assert abs(norm.weight.std() - 0.02) < 1e-3
    assert abs(norm.weight.mean() - 1) < 1e-3


def test_a_layer_may_begin_in_its_own_way() -> None:
    class Own(nn.Module):
        def initialise(self, generator: torch.Generator) -> None:
            self.value = float(torch.rand((), generator=generator))

    own = Own()
    initialise(own, torch.Generator().manual_seed(0))
    assert own.value == float(torch.rand((), generator=torch.Generator().manual_seed(0)))

"""The U-Net against a computation by functions, its parameters, and its dropout."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from crossnet.models.unet import UNet, levels_of


def drawn(network: UNet, seed: int = 0) -> UNet:
    """The same network with weights that leave no layer near zero."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 4
    return network


def plain(network: UNet, x: Tensor, keeps: dict[int, Tensor], normed: set[int], kernel: int, outer: int) -> Tensor:
    """The same by functions, top down: `keeps` is what dropout leaves of a level, `normed` the levels with norms."""
    weights = network.state_dict()

    def level(number: int, h: Tensor) -> Tensor:
        place, k = ("1", kernel) if number else ("0", outer)
        pad, last = (k - 1) // 2, len(network.down) - 1

        def norm(h: Tensor, name: str) -> Tensor:
            return functional.instance_norm(h, weight=weights[f"{name}.weight"], bias=weights[f"{name}.bias"])

        before = functional.leaky_relu(h, 0.2) if number else h
        down = f"down.{number}.{place}"
        low = functional.conv2d(before, weights[f"{down}.weight"], weights.get(f"{down}.bias"), 2, pad)
        if number in normed:
            low = norm(low, f"down.{number}.2")
        low = low if number == last else torch.cat([low, level(number + 1, low)], 1)
        up, out_pad = f"up.{number}.1", 2 + 2 * pad - k
        made = functional.conv_transpose2d(
            functional.relu(low), weights[f"{up}.weight"], weights.get(f"{up}.bias"), 2, pad, out_pad
        )
        if not number:
            return torch.tanh(made)
        return norm(made, f"up.{number}.2") * keeps.get(number, 1)

    return level(0, x)


def test_it_is_what_the_paper_draws() -> None:
    network = drawn(UNet(2, 4))
    x = torch.rand(2, 3, 32, 32, dtype=torch.float64) * 2 - 1
    assert torch.allclose(network(x), plain(network, x, {}, {1, 2}, 4, 4))


def test_only_deep_ones_have_dropout() -> None:
    assert [len(UNet(1, levels, dropout=True).dropped) for levels in (4, 5, 6, 8)] == [0, 0, 1, 3]
    assert not UNet(1, 8).dropped


def test_other_kernels_biases_and_a_norm_at_the_bottom() -> None:
    network = drawn(UNet(2, 3, kernel=3, outer_kernel=5, bias=True, bottleneck_norm=True))
    x = torch.rand(2, 3, 16, 24, dtype=torch.float64) * 2 - 1
    assert network(x).shape == x.shape
    assert torch.allclose(network(x), plain(network, x, {}, {1, 2}, 3, 5))


def test_dropout_is_that_of_the_levels_above_the_lowest_and_comes_from_outside() -> None:
    network = drawn(UNet(1, 7, dropout=True))
    shape = network.dropout_shape(128, 256)
    assert shape == (2, 8, 8, 16)  # the upper one is that of level 4
    x, u = torch.rand(2, 3, 128, 256, dtype=torch.float64), torch.rand(2, *shape)
    keeps = {4: 2.0 * (u[:, 0] < 0.5), 5: 2.0 * (u[:, 1, :, :4, :8] < 0.5)}
    assert torch.allclose(network(x, u), plain(network, x, keeps, {1, 2, 3, 4, 5}, 4, 4))
    assert not torch.allclose(network(x, u), network(x, 1 - u))


def test_dropout_may_be_of_other_levels_whatever_their_channels() -> None:
    network = drawn(UNet(2, 4, dropout=True, dropped=(1, 3)))
    shape = network.dropout_shape(32, 16)
    assert shape == (2, 16, 16, 8)
    x, u = torch.rand(2, 3, 32, 16, dtype=torch.float64), torch.rand(2, *shape)
    keeps = {1: 2.0 * (u[:, 0, :2] < 0.5), 3: 2.0 * (u[:, 1, :8, :4, :2] < 0.5)}
    assert torch.allclose(network(x, u), plain(network, x, keeps, {1, 2}, 4, 4))


def test_a_norm_of_one_pixel_leaves_its_shift() -> None:
    network = UNet(2, 3, bottleneck_norm=True)
    lowest = network.down[2][2]
    lowest.bias.data = torch.randn(8)
    torch.testing.assert_close(lowest(torch.zeros(1, 8, 1, 1)), lowest.bias.view(1, 8, 1, 1))


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ({}, 54_413_955),  # pix2pix's
        ({"kernel": 3, "outer_kernel": 5, "bias": True, "bottleneck_norm": True}, 30_627_907),  # DualGAN's
    ],
)
def test_parameters_of_the_networks_for_256_pixels(options: dict[str, int], parameters: int) -> None:
    with torch.device("meta"):
        network = UNet(64, levels_of(256), **options)
    assert sum(p.numel() for p in network.parameters()) == parameters


@pytest.mark.parametrize(("size", "levels"), [(256, 8), (1024, 8), (64, 6), (32, 5), (48, 4), (36, 2)])
def test_levels_halve_as_often_as_a_size_is_even(size: int, levels: int) -> None:
    assert levels_of(size) == levels

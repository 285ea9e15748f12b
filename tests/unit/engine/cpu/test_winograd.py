"""Residual blocks by Winograd's filtering are those of torch, there and back."""

import pytest
import torch
from torch import Tensor, nn

from crossnet.engine.cpu import winograd, winograd_native
from crossnet.engine.cpu.winograd import WinogradResidualBlocks as ResidualBlocks
from crossnet.engine.cpu.winograd import tiles_for
from tests.support import built

SHAPES = [
    pytest.param((1, 5, 2, 2), 2, id="the smallest"),
    pytest.param((2, 5, 6, 10), 2, id="not a multiple of 4"),
    pytest.param((1, 5, 4, 4), 2, id="few pixels"),
    pytest.param((2, 5, 4, 8), 4, id="oblong"),
    pytest.param((3, 5, 8, 12), 4, id="several tiles"),
]


def in_turn(blocks: nn.Sequential, z: Tensor) -> Tensor:
    return nn.Sequential(*blocks)(z)


@pytest.mark.parametrize(("shape", "edge"), SHAPES)
def test_numbers_and_gradients_are_those_of_the_blocks(shape: tuple[int, ...], edge: int) -> None:
    torch.manual_seed(0)
    blocks = ResidualBlocks(5, 2).double()
    z = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    tiles = tiles_for(z)
    assert tiles is not None
    assert tiles.edge == edge
    weights = torch.randn(shape, dtype=torch.float64)
    found = []
    for result in (blocks(z), in_turn(blocks, z)):
        assert result.shape == shape
        found.append([result, *torch.autograd.grad((result * weights).sum(), [z, *blocks.parameters()])])
    for one, other in zip(*found, strict=True):
        assert one.is_contiguous()  # as the optimiser takes a gradient to be
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("size", [8, 16, 32])
@pytest.mark.parametrize("edge", [2, 4])
def test_the_rounding_of_one_convolution_in_float32(size: int, edge: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winograd, "LARGE_TILES_FROM", 0 if edge == 4 else 10**9)
    torch.manual_seed(size)
    layer, z = nn.Conv2d(64, 48, 3, padding=1, padding_mode="reflect"), torch.randn(2, 64, size, size)
    tiles = tiles_for(z)
    assert tiles is not None
    assert tiles.edge == edge
    found = tiles.images(tiles.convolve(tiles.rows(z), layer), 48)
    exact = layer.double()(z.double())
    assert ((found - exact).norm() / exact.norm()).item() < {2: 1e-6, 4: 1e-5}[edge]


def test_pixels_come_back_from_the_order_of_tiles() -> None:
    z = torch.arange(2 * 3 * 8 * 12, dtype=torch.float32).view(2, 3, 8, 12)
    tiles = tiles_for(z)
    assert tiles is not None
    assert torch.equal(tiles.images(tiles.rows(z), 3), z)
    assert tiles.rows(z)[0].tolist() == z[:, :, 0, 0].flatten().tolist()


def test_the_norm_is_instance_norm() -> None:
    z = torch.randn(2, 3, 4, 6, dtype=torch.float64)
    tiles = tiles_for(z)
    assert tiles is not None
    torch.testing.assert_close(tiles.images(tiles.norm(tiles.rows(z)), 3), nn.functional.instance_norm(z))


@pytest.mark.parametrize("frozen", ["weight", "bias", "z"])
def test_what_needs_no_gradient_gets_none(frozen: str) -> None:
    layer = nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect")
    z = torch.randn(1, 3, 4, 4, requires_grad=True)
    tensors = {"weight": layer.weight, "bias": layer.bias, "z": z}
    tensors[frozen].requires_grad_(False)
    tiles = tiles_for(z)
    assert tiles is not None
    tiles.convolve(tiles.rows(z), layer).square().sum().backward()  # type: ignore[no-untyped-call]
    assert {name for name, tensor in tensors.items() if tensor.grad is None} == {frozen}


def test_it_is_for_training_on_a_cpu_alone() -> None:
    z = torch.randn(1, 5, 4, 4)
    assert tiles_for(z) is not None
    assert tiles_for(torch.randn(1, 5, 4, 5)) is None
    assert tiles_for(torch.empty(1, 5, 4, 4, device="meta")) is None
    with torch.no_grad():
        assert tiles_for(z) is None
    with torch.autocast("cpu"):
        assert tiles_for(z) is None


@built.can_compile
def test_without_gradients_codes_are_compiled_up_to_a_bound_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    z = torch.randn(1, 16, 8, 8)
    with torch.inference_mode():
        assert tiles_for(z) is None
        winograd_native.use(built.library())
        assert tiles_for(z) is not None
        monkeypatch.setattr(winograd, "MAX_INFERENCE_PIXELS", 63)
        assert tiles_for(z) is None
    assert tiles_for(z) is not None

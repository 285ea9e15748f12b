"""Residual blocks by Winograd's filtering are those of torch, there and back."""

from collections.abc import Callable, Iterable, Iterator

import pytest
import torch
from torch import Tensor, nn

from crossnet.nn import winograd
from crossnet.nn.blocks import ResidualBlocks
from crossnet.nn.lanes import Lanes
from crossnet.nn.walks import Step, Walk, batched
from crossnet.nn.winograd import tiles_for
from tests import built

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


BLOCKS = [  # of how many images and channels, height and width
    pytest.param((1, 16, 4, 4), id="the smallest"),
    pytest.param((2, 48, 4, 8), id="oblong"),
    pytest.param((3, 80, 8, 12), id="panels of unlike widths"),
    pytest.param((8, 96, 8, 8), id="the laptop's"),
]


@pytest.fixture
def compiled(request: pytest.FixtureRequest) -> Iterator[winograd.Library]:
    winograd.use(library := built.library(getattr(request, "param", built.HERE)))
    yield library
    winograd.use(None)


def there_and_back(blocks: Callable[[Tensor], Tensor], parameters: Iterable[Tensor], z: Tensor) -> list[Tensor]:
    """What comes out, and the gradients of some scalar of it: of z and the parameters."""
    result = blocks(z)
    weights = torch.randn(z.shape, generator=torch.Generator().manual_seed(1)).to(z)
    return [result.detach(), *torch.autograd.grad((result * weights).sum(), [z, *parameters])]


def codes(shape: tuple[int, ...]) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0)).requires_grad_()


@built.can_compile
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("compiled", built.PROCESSORS, indirect=True)
@pytest.mark.parametrize("shape", BLOCKS)
def test_compiled_numbers_and_gradients_are_those_of_the_blocks(
    shape: tuple[int, ...], compiled: winograd.Library, threads: int
) -> None:
    torch.manual_seed(0)
    blocks, z = ResidualBlocks(shape[1], 2), codes(shape)
    tiles = tiles_for(z)
    assert tiles is not None
    assert tiles.library is compiled
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    found = there_and_back(blocks, blocks.parameters(), z)
    torch.set_num_threads(before)
    blocks.double()
    exact = there_and_back(nn.Sequential(*blocks), blocks.parameters(), z.detach().double().requires_grad_())
    names = ["result", "z", *(name for name, _ in blocks.named_parameters())]
    for name, one, other in zip(names, found, exact, strict=True):
        assert one.is_contiguous() or name in ("result", "z")
        if name.endswith("bias"):  # a norm takes it away again
            assert torch.equal(one, torch.zeros_like(one))
            assert other.norm() < 1e-9
        else:
            assert (one - other).norm() < 1e-5 * other.norm(), name


@built.can_compile
def test_compiled_numbers_are_the_same_bits_every_time_whatever_the_threads(compiled: winograd.Library) -> None:
    torch.manual_seed(0)
    blocks, z = ResidualBlocks(96, 2), codes((8, 96, 8, 8))
    before, found = torch.get_num_threads(), []
    for threads in (1, 1, 2, 3):
        torch.set_num_threads(threads)
        found.append(there_and_back(blocks, blocks.parameters(), z))
    torch.set_num_threads(before)
    for other in found[1:]:
        assert all(torch.equal(one, two) for one, two in zip(found[0], other, strict=True))


@built.can_compile
def test_lanes_have_memory_of_their_own_to_work_in(compiled: winograd.Library) -> None:
    torch.manual_seed(0)
    networks, z = [ResidualBlocks(32, 3) for _ in range(2)], torch.randn(4, 32, 16, 16)
    found = []
    for apply in (batched, Lanes(2)):
        for network in networks:
            network.zero_grad()
        for _ in range(5):
            made = apply([Walk([Step(network, ["z"], ["made"])], {"z": z}) for network in networks])
            total = made[0]["made"].square().sum() + made[1]["made"].abs().sum()
            total.backward()
        found.append([total.detach(), *(p.grad for network in networks for p in network.parameters())])
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@built.can_compile
@pytest.mark.parametrize("frozen", ["body.0.weight", "body.0.bias", "body.3.weight", "body.3.bias", "z"])
def test_what_needs_no_gradient_gets_none_from_compiled_code(frozen: str, compiled: winograd.Library) -> None:
    torch.manual_seed(0)
    block, z = ResidualBlocks(16, 1), codes((1, 16, 4, 4))
    tensors = {name.removeprefix("0."): value for name, value in block.named_parameters()} | {"z": z}
    whole = dict(zip(["z", *tensors], there_and_back(block, tensors.values(), z)[1:], strict=False))
    tensors[frozen].requires_grad_(False)
    weights = torch.randn(z.shape, generator=torch.Generator().manual_seed(1))
    (block(z) * weights).sum().backward()
    assert {name for name, tensor in tensors.items() if tensor.grad is None} == {frozen}
    for name in tensors.keys() - {frozen, "z"}:
        assert torch.equal(tensors[name].grad, whole[name])


@built.can_compile
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        pytest.param((2, 5, 8, 8), torch.float32, id="channels that do not fill a vector"),
        pytest.param((2, 16, 6, 8), torch.float32, id="no tiles of 4x4"),
        pytest.param((2, 16, 8, 8), torch.float64, id="not float32"),
    ],
)
def test_what_is_not_compiled_is_left_to_torch(
    shape: tuple[int, ...], dtype: torch.dtype, compiled: winograd.Library
) -> None:
    tiles = tiles_for(torch.empty(shape, dtype=dtype))
    assert tiles is not None
    assert tiles.library is None


@built.can_compile
def test_the_library_in_use_is_named(compiled: winograd.Library) -> None:
    assert winograd.used() == compiled.name
    assert compiled.name.startswith("winograd-")
    winograd.use(None)
    assert winograd.used() == "torch"

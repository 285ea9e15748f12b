"""Residual blocks by compiled code are those of torch, there and back."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor, nn

from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.winograd import WinogradResidualBlocks as ResidualBlocks
from crossnet.engine.cpu.winograd import tiles_for
from crossnet.engine.executor import BatchedExecutor
from crossnet.engine.threads import ThreadExecutor
from crossnet.methods.graph import Edge
from tests.support import built

BLOCKS = [  # of how many images and channels, height and width
    pytest.param((1, 16, 4, 4), id="the smallest"),
    pytest.param((2, 48, 4, 8), id="oblong"),
    pytest.param((3, 80, 8, 12), id="panels of unlike widths"),
    pytest.param((8, 96, 8, 8), id="the laptop's"),
]


@pytest.fixture
def library(request: pytest.FixtureRequest) -> winograd_native.Library:
    winograd_native.use(found := built.library(getattr(request, "param", built.HERE)))
    return found


def there_and_back(blocks: Callable[[Tensor], Tensor], parameters: Iterable[Tensor], z: Tensor) -> list[Tensor]:
    """What comes out, and the gradients of some scalar of it: of z and the parameters."""
    result = blocks(z)
    weights = torch.randn(z.shape, generator=torch.Generator().manual_seed(1)).to(z)
    return [result.detach(), *torch.autograd.grad((result * weights).sum(), [z, *parameters])]


@contextmanager
def threads_of_torch(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def codes(shape: tuple[int, ...]) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0)).requires_grad_()


@built.can_compile
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("library", built.PROCESSORS, indirect=True)
@pytest.mark.parametrize("shape", BLOCKS)
def test_compiled_numbers_and_gradients_are_those_of_the_blocks(
    shape: tuple[int, ...], library: winograd_native.Library, threads: int
) -> None:
    torch.manual_seed(0)
    blocks, z = ResidualBlocks(shape[1], 2), codes(shape)
    tiles = tiles_for(z)
    assert tiles is not None
    assert tiles.library is library
    with threads_of_torch(threads):
        found = there_and_back(blocks, blocks.parameters(), z)
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
def test_compiled_numbers_are_the_same_bits_every_time_whatever_the_threads(library: winograd_native.Library) -> None:
    torch.manual_seed(0)
    blocks, z = ResidualBlocks(96, 2), codes((8, 96, 8, 8))
    found = []
    for threads in (1, 1, 2, 3):
        with threads_of_torch(threads):
            found.append(there_and_back(blocks, blocks.parameters(), z))
    for other in found[1:]:
        assert all(torch.equal(one, two) for one, two in zip(found[0], other, strict=True))


@built.can_compile
def test_workers_have_memory_of_their_own_to_work_in(library: winograd_native.Library) -> None:
    torch.manual_seed(0)
    networks, z = [ResidualBlocks(32, 3) for _ in range(2)], torch.randn(4, 32, 16, 16)
    found = []
    for executor in (BatchedExecutor(), ThreadExecutor(2)):
        for network in networks:
            network.zero_grad()
        for _ in range(5):
            edges = [Edge("one", "T_1", "z"), Edge("two", "T_2", "z")]
            made = executor(edges, {"T_1": networks[0], "T_2": networks[1]}, {"z": z})
            total = made["one"].square().sum() + made["two"].abs().sum()
            total.backward()
        found.append([total.detach(), *(p.grad for network in networks for p in network.parameters())])
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@built.can_compile
@pytest.mark.parametrize("frozen", ["body.0.weight", "body.0.bias", "body.3.weight", "body.3.bias", "z"])
def test_what_needs_no_gradient_gets_none_from_compiled_code(frozen: str, library: winograd_native.Library) -> None:
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
    shape: tuple[int, ...], dtype: torch.dtype, library: winograd_native.Library
) -> None:
    tiles = tiles_for(torch.empty(shape, dtype=dtype))
    assert tiles is not None
    assert tiles.library is None


@built.can_compile
def test_the_library_in_use_is_named(library: winograd_native.Library) -> None:
    assert winograd_native.used() == library.name
    assert library.name.startswith("winograd-")
    winograd_native.use(None)
    assert winograd_native.used() == "torch"


@built.can_compile
@pytest.mark.parametrize("where", ["body.0.weight", "body.3.weight"])
def test_what_is_no_number_is_not_hidden_by_the_activation(where: str, library: winograd_native.Library) -> None:
    block, z = ResidualBlocks(16, 1), codes((1, 16, 4, 4))
    with torch.no_grad():
        dict(block[0].named_parameters())[where].fill_(float("nan"))
    assert block(z).isnan().all()


@built.can_compile
def test_weights_of_another_layout_in_memory_are_the_same_weights(library: winograd_native.Library) -> None:
    torch.manual_seed(0)
    blocks, z = ResidualBlocks(16, 1), codes((2, 16, 8, 8))
    wanted = there_and_back(blocks, blocks.parameters(), z)
    blocks.to(memory_format=torch.channels_last)
    found = there_and_back(blocks, blocks.parameters(), z)
    assert all(torch.equal(one, other) for one, other in zip(found, wanted, strict=True))


@built.can_compile
def test_what_does_not_fit_the_weights_is_told_by_torch(library: winograd_native.Library) -> None:
    blocks = ResidualBlocks(16, 1)
    with pytest.raises(RuntimeError, match="channels"):
        blocks(torch.randn(1, 32, 8, 8))
    with pytest.raises(RuntimeError, match="type"):
        blocks.double()(torch.randn(1, 16, 8, 8))

"""Batched calls give the numbers of single calls."""

import torch

from crossnet.engine.executor import BatchedExecutor
from crossnet.methods.graph import Edge, reference

EDGES = [Edge("x2", "f", ("x",)), Edge("y2", "f", ("y",)), Edge("z2", "f", ("z",)), Edge("y4", "f", ("y2",))]


def test_batched_calls_give_the_numbers_of_single_calls_in_fewer_calls() -> None:
    calls = []

    def square(x: torch.Tensor) -> torch.Tensor:
        calls.append(len(x))
        return x.square()

    known = {"x": torch.randn(2, 3), "y": torch.randn(1, 3), "z": torch.randn(4, 3)}
    batched = BatchedExecutor()(EDGES, {"f": square}, known)
    assert calls == [7, 1]
    single = reference(EDGES, {"f": square}, known)
    assert calls == [7, 1, 2, 1, 4, 1]
    assert [*batched] == [*single] == ["x2", "y2", "z2", "y4"]
    assert all(torch.equal(batched[name], single[name]) for name in single)
    torch.testing.assert_close(batched["y4"], known["y"] ** 4)


def test_uses_of_several_inputs_are_joined_place_by_place() -> None:
    calls = []

    def product(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        calls.append((len(x), len(y)))
        return x * y.sum(1, keepdim=True)

    known = {"x": torch.randn(2, 3), "y": torch.randn(2, 5), "z": torch.randn(1, 3), "w": torch.randn(1, 5)}
    edges = [Edge("xy", "f", ("x", "y")), Edge("zw", "f", ("z", "w"))]
    batched = BatchedExecutor()(edges, {"f": product}, known)
    assert calls == [(3, 3)]
    single = reference(edges, {"f": product}, known)
    assert calls == [(3, 3), (2, 2), (1, 1)]
    for name, (x, y) in {"xy": ("x", "y"), "zw": ("z", "w")}.items():
        torch.testing.assert_close(batched[name], known[x] * known[y].sum(1, keepdim=True))
        assert torch.equal(batched[name], single[name])


class Centred(torch.nn.Module):
    """Each sample less the mean of its batch, as batch norm has it."""

    mixes_samples = True

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.mean(0)


def test_a_network_that_mixes_samples_is_called_once_for_each_use() -> None:
    known = {name: torch.randn(3, 2) for name in "xyz"}
    batched = BatchedExecutor()(EDGES, {"f": Centred()}, known)
    single = reference(EDGES, {"f": Centred()}, known)
    assert all(torch.equal(batched[name], single[name]) for name in single)

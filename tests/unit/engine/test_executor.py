"""Batched calls give the numbers of single calls."""

import torch

from crossnet.engine.executor import BatchedExecutor
from crossnet.methods.graph import Edge, reference

EDGES = [Edge("x2", "f", "x"), Edge("y2", "f", "y"), Edge("z2", "f", "z"), Edge("y4", "f", "y2")]


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

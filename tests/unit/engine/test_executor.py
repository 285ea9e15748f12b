"""Walks give the same numbers, however a network takes its inputs."""

import torch

from crossnet.engine.executor import Step, Walk, batched, one_by_one


def test_batched_gives_the_numbers_of_one_by_one_in_one_call() -> None:
    calls = []

    def network(x: torch.Tensor) -> torch.Tensor:
        calls.append(len(x))
        return x.square()

    given = {"x": torch.randn(2, 3), "y": torch.randn(1, 3), "z": torch.randn(4, 3)}
    walk = Walk([Step(network, ["x", "y", "z"], ["x2", "y2", "z2"]), Step(network, ["y2"], ["y4"])], given)
    [together] = batched([walk])
    assert calls == [7, 1]
    [alone] = one_by_one([walk])
    assert calls == [7, 1, 2, 1, 4, 1]
    assert [*together] == [*alone] == ["x2", "y2", "z2", "y4"]
    assert all(torch.equal(together[name], alone[name]) for name in alone)
    torch.testing.assert_close(together["y4"], given["y"] ** 4)

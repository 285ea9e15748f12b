"""Two networks at once on a GPU: what can be tested without one; the rest is in tests/unit/training/test_cuda.py."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from crossnet.engine.cuda_streams import CudaStreamExecutor
from crossnet.engine.executor import BatchedExecutor, BoundCall, BoundChain
from tests.support.tiny import PAIR, WEIGHTS, loss_of, method


def chain(*networks: str) -> BoundChain:
    return BoundChain([BoundCall(network, ["x"], ["y"]) for network in networks], {})


def test_a_network_keeps_its_stream() -> None:
    streams = CudaStreamExecutor()
    assert streams.index_aside([chain("E_ab", "T_ba"), chain("E_ba", "T_ab")]) == 1
    assert streams.index_aside([chain("D_b", "Q_b", "T_ab"), chain("D_a", "Q_a", "T_ba")]) == 0
    assert streams.index_aside([chain("Q_a"), chain("Q_b")]) == 1
    assert streams.index_aside([chain("E_ab", "T_ba"), chain("E_ba", "T_ab")]) == 1


class Noted(CudaStreamExecutor):
    """Runs chains one after the other, and notes which networks would run in the side stream, and which would not."""

    def __init__(self) -> None:
        super().__init__()
        self.aside, self.here = set[Any](), set[Any]()

    def run(self, chains: Sequence[BoundChain]) -> list[dict[str, Tensor]]:
        aside = self.index_aside(chains) if len(chains) == 2 else None
        for number, each in enumerate(chains):
            (self.aside if number == aside else self.here).update(call.network for call in each.calls)
        return BatchedExecutor.run(self, chains)


@pytest.mark.parametrize(
    ("name", "off"), [(name, term) for name in PAIR for term in ("", *WEIGHTS[name]) if term != "ctc_stop_gradient"]
)
def test_in_a_training_every_network_keeps_its_stream(name: str, off: str) -> None:
    noted = Noted()
    with torch.device("meta"):
        made, (x_a, x_b) = method(name, executor=noted, **({off: 0} if off else {})), torch.empty(2, 1, 3, 32, 32)
        for phase in 2 * made.phases:
            loss_of(phase, x_a, x_b)
    assert noted.aside
    assert not noted.aside & noted.here

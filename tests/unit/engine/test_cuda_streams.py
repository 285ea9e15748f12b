"""Two networks at once on a GPU: what can be tested without one; the rest is in tests/unit/training/test_cuda.py."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch

from crossnet.engine.cuda_streams import Streams
from crossnet.engine.executor import Step, Walk, batched, together
from tests.support.tiny import WEIGHTS, method


def walk(*networks: str) -> Walk:
    return Walk([Step(network, ["x"], ["y"]) for network in networks], {})


def test_a_network_keeps_its_stream() -> None:
    streams = Streams(together)
    assert streams.place_aside([walk("E_ab", "T_ba"), walk("E_ba", "T_ab")]) == 1
    assert streams.place_aside([walk("D_b", "Q_b", "T_ab"), walk("D_a", "Q_a", "T_ba")]) == 0
    assert streams.place_aside([walk("Q_a"), walk("Q_b")]) == 1
    assert streams.place_aside([walk("E_ab", "T_ba"), walk("E_ba", "T_ab")]) == 1


class Noted:
    """Makes walks as `batched` does, and notes which networks go aside, and which do not."""

    width = 2

    def __init__(self) -> None:
        self.aside, self.here = set[Any](), set[Any]()
        self._streams = Streams(together)

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Any]]:
        place = self._streams.place_aside(walks) if len(walks) == 2 else None
        for number, walk in enumerate(walks):
            (self.aside if number == place else self.here).update(step.network for step in walk.steps)
        return batched(walks)


@pytest.mark.parametrize(
    ("name", "off"), [(name, term) for name in WEIGHTS for term in ("", *WEIGHTS[name]) if term != "ctc_stop_gradient"]
)
def test_in_a_training_every_network_keeps_its_stream(name: str, off: str) -> None:
    noted = Noted()
    with torch.device("meta"):
        made, (x_a, x_b) = method(name, apply=noted, **({off: 0} if off else {})), torch.empty(2, 1, 3, 32, 32)
        for phase in 2 * made.phases:
            phase.judge(x_a, x_b)
    assert noted.aside
    assert not noted.aside & noted.here

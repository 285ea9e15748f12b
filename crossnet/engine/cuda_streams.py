"""Several networks at once on a CUDA GPU: walks each in a stream of its own, there and back.

With a batch of one image a layer of one network leaves much of a large GPU idle, which a layer of another one then has.
What is computed is the same, in the same order for each network.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import torch

from crossnet.engine.executor import Call, InTurn, Walk, walked


class Streams:
    """As `InTurn`, with a walk beside another one; so are their gradients, which autograd computes where it was.

    A network keeps its stream, if it can, since the gradients of its weights gather there.
    """

    width = 2

    def __init__(self, call: Call):
        self._call, self._in_turn = call, InTurn(call)
        self._networks_aside: set[Any] = set()

    @cached_property
    def _aside(self) -> torch.cuda.Stream:
        return torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Any]]:
        if len(walks) == 1:
            return self._in_turn(walks)
        here, place = torch.cuda.current_stream(), self.place_aside(walks)
        made: list[Mapping[str, Any]] = [{}, {}]
        with _casts_of_their_own():
            self._aside.wait_stream(here)
            with torch.cuda.stream(self._aside):
                made[place] = walked(walks[place], self._call)
            made[1 - place] = walked(walks[1 - place], self._call)
            here.wait_stream(self._aside)
        for tensor in walks[place].given.values():  # no memory is used again while the other stream may need it
            tensor.record_stream(self._aside)
        for tensor in made[place].values():
            tensor.record_stream(here)
        return made

    def place_aside(self, walks: Sequence[Walk]) -> int:
        """Which of two walks goes aside: the second one, unless the first has a network that went before."""
        place = int(all(step.network not in self._networks_aside for step in walks[0].steps))
        self._networks_aside.update(step.network for step in walks[place].steps)
        return place


@contextmanager
def _casts_of_their_own() -> Iterator[None]:
    """Within it autocast keeps no weight that it has cast: one stream would free what the other one still reads."""
    before = torch.is_autocast_cache_enabled()
    torch.set_autocast_cache_enabled(False)
    try:
        yield
    finally:
        torch.set_autocast_cache_enabled(before)

"""Several networks at once on a CUDA GPU: walks each in a stream of its own, there and back.

With a batch of one image a layer of one network leaves much of a large GPU idle, which a layer of another one then has.
What is computed is the same, in the same order for each network.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch

from crossnet.nn.walks import Call, InTurn, Walk, walked


class Streams:
    """As `InTurn`, with a walk beside another one; so are their gradients, which autograd computes where it was."""

    width = 2

    def __init__(self, call: Call):
        self._call, self._in_turn = call, InTurn(call)

    @cached_property
    def _aside(self) -> torch.cuda.Stream:
        return torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Any]]:
        if len(walks) == 1:
            return self._in_turn(walks)
        here, (first, second) = torch.cuda.current_stream(), walks
        self._aside.wait_stream(here)
        with torch.cuda.stream(self._aside):
            beside = walked(second, self._call)
        made = walked(first, self._call)
        here.wait_stream(self._aside)
        for tensor in second.given.values():  # no memory is used again while the other stream may need it
            tensor.record_stream(self._aside)
        for tensor in beside.values():
            tensor.record_stream(here)
        return [made, beside]

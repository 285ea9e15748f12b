"""Several networks at once on a CUDA GPU: each chain of calls in a stream of its own, forward and backward.

With a batch of one image a layer of one network leaves much of a large GPU idle; a layer of another network uses it.
Every network computes the same numbers in the same order.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from crossnet.engine.executor import BatchedExecutor, BoundChain


class CudaStreamExecutor(BatchedExecutor):
    """Run one of a level's two chains in a side stream; autograd computes its gradients there too.

    A network keeps its stream, if it can, since the gradients of its weights accumulate there.
    """

    workers = 2

    @cached_property
    def _side_stream(self) -> torch.cuda.Stream:
        return torch.cuda.Stream()  # type: ignore[no-untyped-call]

    @cached_property
    def _networks_aside(self) -> set[Any]:
        return set()

    def run(self, chains: Sequence[BoundChain]) -> list[dict[str, Tensor]]:
        """What each of a level's chains makes."""
        if len(chains) == 1:
            return super().run(chains)
        current, aside = torch.cuda.current_stream(), self.index_aside(chains)
        made: list[dict[str, Tensor]] = [{}, {}]
        with _no_shared_casts():
            self._side_stream.wait_stream(current)
            with torch.cuda.stream(self._side_stream):
                made[aside] = chains[aside].run(self.call)
            made[1 - aside] = chains[1 - aside].run(self.call)
            current.wait_stream(self._side_stream)
        for tensor in chains[aside].inputs.values():  # memory is not reused while the other stream may need it
            tensor.record_stream(self._side_stream)
        for tensor in made[aside].values():
            tensor.record_stream(current)
        return made

    def index_aside(self, chains: Sequence[BoundChain]) -> int:
        """Which of two chains goes into the side stream: the second, unless the first has a network that was there."""
        index = int(all(call.network not in self._networks_aside for call in chains[0].calls))
        self._networks_aside.update(call.network for call in chains[index].calls)
        return index


@contextmanager
def _no_shared_casts() -> Iterator[None]:
    """Within it autocast keeps no weight that it has cast: one stream would free what the other still reads."""
    before = torch.is_autocast_cache_enabled()
    torch.set_autocast_cache_enabled(False)
    try:
        yield
    finally:
        torch.set_autocast_cache_enabled(before)

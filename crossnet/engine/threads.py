"""Several networks at once on a CPU: walks each in a thread of its own, there and back.

Two networks of one size keep two cores busier than one network after the other does, each spread over both cores:
no thread waits for another within a layer, nor between the networks of a walk. What is computed is the same, in the
same order for each network.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from crossnet.engine.executor import Walk, batched, together, walked

Result = TypeVar("Result")


class Lanes:
    """As `batched`, with the walks dealt out to `width` threads, and so are their gradients.

    For objectives that are descended by `backward`: gradients of weights gather in `.grad`, where `torch.autograd.grad`
    does not find them. Walks have no network in common. Each thread may use as many as `torch.get_num_threads()` says
    when they are made.
    """

    def __init__(self, width: int):
        self.width = width
        # a product of matrices takes all cores in a thread that was never told how many it has
        self._others = ThreadPoolExecutor(width - 1, "lane", torch.set_num_threads, (torch.get_num_threads(),))

    def __call__(self, walks: Sequence[Walk]) -> Sequence[Mapping[str, Tensor]]:
        if len(walks) == 1 or not torch.is_grad_enabled():
            return batched(walks)
        anchor = torch.empty(0, requires_grad=True)  # images need no gradient, and yet the networks do
        inputs = [x for walk in walks for x in walk.given.values()]
        outputs = iter(_Round.apply(self, walks, anchor, *inputs))  # type: ignore[no-untyped-call]
        return [{name: next(outputs) for step in walk.steps for name in step.makes} for walk in walks]

    def run(self, work: Sequence[Callable[[], Result]]) -> list[Result]:
        """Do every piece of work, each in a lane, as many at once as there are lanes; the results in order."""
        lanes = [work[lane :: self.width] for lane in range(self.width)]
        ahead = [self._others.submit(_in_turn, lane) for lane in lanes[1:]]
        done = [_in_turn(lanes[0]), *(each.result() for each in ahead)]
        return [done[place % self.width][place // self.width] for place in range(len(work))]


def _in_turn(work: Sequence[Callable[[], Result]]) -> list[Result]:
    return [each() for each in work]


class _Round(torch.autograd.Function):
    """Walks whose graphs are their own, so that each lane can go back through its part of them."""

    @staticmethod
    def forward(ctx: Any, lanes: Lanes, walks: Sequence[Walk], anchor: Tensor, *inputs: Tensor) -> tuple[Tensor, ...]:
        ctx.set_materialize_grads(False)
        ctx.lanes, ctx.leaves = lanes, [x.detach().requires_grad_(x.requires_grad) for x in inputs]
        rest, mixed = iter(ctx.leaves), torch.is_autocast_enabled("cpu")

        def go(walk: Walk) -> list[Tensor]:
            with torch.enable_grad(), torch.autocast("cpu", enabled=mixed):  # a thread has its own of both
                return [*walked(walk, together).values()]

        own = [Walk(walk.steps, {name: next(rest) for name in walk.given}) for walk in walks]
        ctx.outputs = lanes.run([partial(go, walk) for walk in own])
        return tuple(output.detach() for outputs in ctx.outputs for output in outputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Any, ...]:
        rest, work = iter(gradients), []
        for outputs in ctx.outputs:
            pairs = [(output, next(rest)) for output in outputs]
            given = {output: gradient for output, gradient in pairs if gradient is not None and output.requires_grad}
            if given:
                work.append(partial(torch.autograd.backward, tuple(given), tuple(given.values())))
        ctx.lanes.run(work)
        return None, None, None, *(leaf.grad for leaf in ctx.leaves)

"""Several networks at once on a CPU: each chain of calls in a thread of its own, forward and backward.

Two networks of one size keep two cores busier than one network after the other does, each spread over both cores: no
thread waits for another within a layer, nor between the networks of a chain. Every network computes the same numbers
in the same order.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from crossnet.engine.executor import BatchedExecutor, BoundChain, batched

Result = TypeVar("Result")


class ThreadExecutor(BatchedExecutor):
    """Run a level's chains in `workers` threads; their gradients are computed in the same way.

    For losses that are descended by `backward`: gradients of weights accumulate in `.grad`, where `torch.autograd.grad`
    does not find them, and second derivatives are lost. Chains of a level have no network in common. Each thread uses
    as many threads within a layer as `torch.get_num_threads()` says when the executor is made.
    """

    def __init__(self, workers: int):
        super().__init__(batched)
        self.workers = workers
        # a thread in which the number was never set uses all cores for a product of matrices
        self._others = ThreadPoolExecutor(workers - 1, "worker", torch.set_num_threads, (torch.get_num_threads(),))

    def run(self, chains: Sequence[BoundChain]) -> list[dict[str, Tensor]]:
        """What each of a level's chains makes."""
        if len(chains) == 1 or not torch.is_grad_enabled():
            return super().run(chains)
        anchor = torch.empty(0, requires_grad=True)  # images need no gradient, but the networks do
        inputs = [x for chain in chains for x in chain.inputs.values()]
        outputs = iter(_Level.apply(self, chains, anchor, *inputs))  # type: ignore[no-untyped-call]
        return [{name: next(outputs) for call in chain.calls for name in call.makes} for chain in chains]

    def map(self, tasks: Sequence[Callable[[], Result]]) -> list[Result]:
        """The results of all tasks, in order; worker i runs tasks i, i + workers, ... one after the other."""
        shares = [tasks[worker :: self.workers] for worker in range(self.workers)]
        futures = [self._others.submit(_run_all, share) for share in shares[1:]]
        done = [_run_all(shares[0]), *(future.result() for future in futures)]
        return [done[place % self.workers][place // self.workers] for place in range(len(tasks))]


def _run_all(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    return [task() for task in tasks]


class _Level(torch.autograd.Function):
    """Chains with autograd graphs of their own, so that each worker can go backward through its part of them."""

    @staticmethod
    def forward(
        ctx: Any, executor: ThreadExecutor, chains: Sequence[BoundChain], anchor: Tensor, *inputs: Tensor
    ) -> tuple[Tensor, ...]:
        ctx.set_materialize_grads(False)
        ctx.executor, ctx.leaves = executor, [x.detach().requires_grad_(x.requires_grad) for x in inputs]
        rest, mixed = iter(ctx.leaves), torch.is_autocast_enabled("cpu")

        def forward(chain: BoundChain) -> list[Tensor]:
            with torch.enable_grad(), torch.autocast("cpu", enabled=mixed):  # both are states of a thread
                return [*chain.run(executor.call).values()]

        own = [BoundChain(chain.calls, {name: next(rest) for name in chain.inputs}) for chain in chains]
        ctx.outputs = executor.map([partial(forward, chain) for chain in own])
        made = [(output.detach(), output.requires_grad) for outputs in ctx.outputs for output in outputs]
        ctx.mark_non_differentiable(*(output for output, differentiable in made if not differentiable))
        return tuple(output for output, _ in made)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Any, ...]:
        rest, tasks = iter(gradients), []
        for outputs in ctx.outputs:
            pairs = [(output, next(rest)) for output in outputs]
            given = {output: gradient for output, gradient in pairs if gradient is not None and output.requires_grad}
            if given:
                tasks.append(partial(torch.autograd.backward, tuple(given), tuple(given.values())))
        ctx.executor.map(tasks)
        return None, None, None, *(leaf.grad for leaf in ctx.leaves)

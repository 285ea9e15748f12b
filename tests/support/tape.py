"""Gradients captured on a processor, as a CUDA graph captures them."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from crossnet.engine.cuda_graph import WARM_UP
from crossnet.methods.base import Method


class Tape:
    """Records on a processor as CUDA does: what is played lies where it lay when it was recorded, and nowhere else.

    That is true of what the work gives, of the gradients that it leaves in the weights, and of the translations that it
    leaves for the discriminators. It counts how often it plays.
    """

    def __init__(self, made: Method):
        self._parameters = [p for network in made.networks.values() for p in network.parameters()]
        self._pools: Any = made.pools
        self.played = 0

    def __call__(self, work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
        for _ in range(WARM_UP):
            work()
        result, places = self._done(work)

        def play() -> None:
            self.played += 1
            before = [p.grad for p in self._parameters], self._pools._translations
            again, made = self._done(work)
            for place, tensor in {**places, "result": result}.items():
                tensor.copy_({**made, "result": again}[place])
            for parameter, gradient in zip(self._parameters, before[0], strict=True):
                parameter.grad = gradient
            self._pools._translations = before[1]

        return play, result

    def _done(self, work: Callable[[], Tensor]) -> tuple[Tensor, dict[Any, Tensor]]:
        """What the work gives, and what it leaves elsewhere, by place."""
        before, translated = [p.grad for p in self._parameters], self._pools._translations
        result = work()
        left: dict[Any, Tensor] = {
            place: p.grad
            for place, p in enumerate(self._parameters)
            if p.grad is not None and p.grad is not before[place]
        }
        new = self._pools._translations
        return result, left | ({} if new is translated else {"x_a": new[0], "x_b": new[1]})

"""A look at every loss and at what is kept, so that a run stops where either is no longer a number."""

import math
from collections import deque
from collections.abc import Mapping

import torch
from torch import Tensor, nn


class DivergedError(RuntimeError):
    """A loss or a weight that is not finite; the message names it and the step."""


AHEAD = 4  # phases that a processor may be ahead of a GPU: enough for it to make the next batches meanwhile


class Watch:
    """Sees the objective of every phase. On a GPU it reads each one some phases later, so that neither waits."""

    def __init__(self) -> None:
        self._ahead: deque[tuple[int, Tensor, Mapping[str, Tensor], torch.cuda.Event]] = deque()

    def see(self, step: int, objective: Tensor, terms: Mapping[str, Tensor]) -> None:
        """Look at a phase of a step, counted from 1. Raises DivergedError, on a GPU up to AHEAD phases late."""
        if objective.is_cuda:
            copy = torch.empty((), dtype=objective.dtype, pin_memory=True)
            copy.copy_(objective.detach(), non_blocking=True)
            event = torch.cuda.Event()
            event.record()
            self._ahead.append((step, copy, terms, event))
            self._settle(AHEAD)
        else:
            _judge(step, float(objective.detach()), terms)

    def settle(self) -> None:
        """Judge what has been seen and not been read; before a log is written or a state is kept."""
        self._settle(0)

    def _settle(self, left: int) -> None:
        while len(self._ahead) > left:
            step, copy, terms, event = self._ahead.popleft()
            event.synchronize()
            _judge(step, float(copy), terms)


def judge_weights(step: int, networks: Mapping[str, nn.Module]) -> None:
    """Look at what is about to be kept after a step, counted from 1. Raises DivergedError.

    A loss does not tell of a gradient that broke the weights in the step itself.
    """
    for name, network in networks.items():
        if not all(bool(torch.isfinite(parameter).all()) for parameter in network.parameters()):
            raise DivergedError(f"step {step}: the weights of {name} are not finite; a lower lr may help")


def _judge(step: int, objective: float, terms: Mapping[str, Tensor]) -> None:
    if not math.isfinite(objective):
        values = {name: float(value.detach()) for name, value in terms.items()}
        guilty = [f"{name} is {value}" for name, value in values.items() if not math.isfinite(value)]
        raise DivergedError(f"step {step}: {', '.join(guilty) or f'the objective is {objective}'}; a lower lr may help")

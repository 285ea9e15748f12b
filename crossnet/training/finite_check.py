"""Stop a run whose losses or weights are NaN or infinite."""

import math
from collections import deque
from collections.abc import Mapping

import torch
from torch import Tensor, nn


class DivergedError(RuntimeError):
    """A loss or a weight that is not finite; the message names it and the step."""


AHEAD = 4  # phases whose losses a GPU still computes while the CPU goes on: enough to make the next batches


class FiniteCheck:
    """Check the loss of every phase. On a GPU each is read some phases later, so that the CPU need not wait for it."""

    def __init__(self) -> None:
        self._ahead: deque[tuple[int, Tensor, Mapping[str, Tensor], torch.cuda.Event]] = deque()

    def check(self, step: int, loss: Tensor, terms: Mapping[str, Tensor]) -> None:
        """Check a phase of a step, counted from 1. Raises DivergedError, on a GPU up to AHEAD phases late."""
        if loss.is_cuda:
            copy = torch.empty((), dtype=loss.dtype, pin_memory=True)
            copy.copy_(loss.detach(), non_blocking=True)
            event = torch.cuda.Event()
            event.record()
            self._ahead.append((step, copy, terms, event))
            self._read(AHEAD)
        else:
            _check(step, float(loss.detach()), terms)

    def flush(self) -> None:
        """Check all losses that were not read yet, as before a log or a checkpoint is written. Raises DivergedError."""
        self._read(0)

    def _read(self, left: int) -> None:
        while len(self._ahead) > left:
            step, copy, terms, event = self._ahead.popleft()
            event.synchronize()
            _check(step, float(copy), terms)


def check_weights(step: int, networks: Mapping[str, nn.Module]) -> None:
    """Check the weights after a step, counted from 1, before they are saved. Raises DivergedError.

    The gradients of a finite loss may still overflow, and the update of that step with them.
    """
    for name, network in networks.items():
        if not all(bool(torch.isfinite(parameter).all()) for parameter in network.parameters()):
            raise DivergedError(f"step {step}: the weights of {name} are not finite; a lower lr may help")


def _check(step: int, loss: float, terms: Mapping[str, Tensor]) -> None:
    if not math.isfinite(loss):
        values = {name: float(value.detach()) for name, value in terms.items()}
        broken = [f"{name} is {value}" for name, value in values.items() if not math.isfinite(value)]
        raise DivergedError(f"step {step}: {', '.join(broken) or f'the objective is {loss}'}; a lower lr may help")

"""When a run saves, and how it ends early: checkpoints by the clock, and one more where it is told to stop."""

import math
import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

import torch
from lightning_fabric import Fabric

from crossnet.training.checkpointing.files import Checkpoints, State

SIGNALS = (signal.SIGINT, signal.SIGTERM)
AGREE_EVERY = 10  # steps between two agreements of several processes on whether to save


class Interrupted(RuntimeError):  # noqa: N818
    """The run was told to stop and has saved; `exit_status` is 128 and the number that told it."""

    def __init__(self, number: int, step: int):
        super().__init__(f"{signal.Signals(number).name}: saved after step {step}; the same command goes on from there")
        self.exit_status = 128 + number


class Keeper:
    """Saves a run every so many seconds of the first process's clock; within it, SIGINT and SIGTERM are orderly.

    Where saving takes long it saves less often, so that it takes no more than a `share` of the time.
    """

    def __init__(self, checkpoints: Checkpoints, every_seconds: float, share: float, fabric: Fabric):
        self.checkpoints, self._every, self._share, self._fabric = checkpoints, every_seconds, share, fabric
        self._told = 0
        self._saved_at = time.monotonic()
        self._pause = every_seconds
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Keeper":
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._told = number

    def after(self, step: int, state: Callable[[], State]) -> None:
        """Save, if it is time, after that many steps. Raises Interrupted once the state is safe."""
        told, due = self._agreed(step)
        if told or due:
            began = time.monotonic()
            self.checkpoints.save(step, *state())
            self._saved_at = time.monotonic()
            self._pause = max(self._every, (self._saved_at - began) * (1 / self._share - 1))
        if told:
            raise Interrupted(told, step)

    def end(self, step: int, state: Callable[[], State]) -> None:
        """Save the end of a run, whose model is nowhere else yet; not where nothing is ever saved by the clock."""
        if self._every < math.inf:
            self.checkpoints.save(step, *state())

    def _agreed(self, step: int) -> tuple[int, bool]:
        """The signal, if any, and whether a checkpoint is due: the same for all processes."""
        due = time.monotonic() - self._saved_at >= self._pause
        if self._fabric.world_size == 1:
            return self._told, due
        if step % AGREE_EVERY:
            return 0, False
        wishes = torch.tensor([self._told, int(due and self._fabric.is_global_zero)], device=self._fabric.device)
        wishes = self._fabric.all_reduce(wishes, reduce_op="max")  # type: ignore[assignment]
        return int(wishes[0]), bool(wishes[1])

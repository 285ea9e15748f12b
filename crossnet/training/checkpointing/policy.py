"""When a run saves a checkpoint: by the clock, after a signal, and at its end."""

import math
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch
from lightning_fabric import Fabric

from crossnet.training.checkpointing.files import Checkpoints, State

SIGNALS = (signal.SIGINT, signal.SIGTERM)
AGREE_EVERY = 10  # steps between two agreements of several processes on whether to save


class Interrupted(RuntimeError):  # noqa: N818
    """The run got a signal and has saved; `exit_status` is 128 plus the signal's number."""

    def __init__(self, number: int, step: int):
        super().__init__(f"{signal.Signals(number).name}: saved after step {step}; the same command goes on from there")
        self.exit_status = 128 + number


class CheckpointPolicy:
    """Save a run in a folder every so many seconds of the first process's clock, and keep the last few checkpoints.

    Within the context a run is also saved after SIGINT and SIGTERM. Where saving takes long it saves less often, so
    that it takes at most a `share` of the time.
    """

    def __init__(self, folder: Path, fabric: Fabric, keep: int, every_seconds: float, share: float):
        self.checkpoints = Checkpoints(folder, keep, fabric)
        self._every, self._share, self._fabric = every_seconds, share, fabric
        self._signal = 0
        self._saved_at = time.monotonic()
        self._pause = every_seconds
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> "CheckpointPolicy":
        self._handlers = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signal = number

    def save_if_due(self, step: int, state: Callable[[], State]) -> None:
        """Save after that many steps if it is time. Raises Interrupted, once the state is saved, after a signal."""
        number, due = self._agreed(step)
        if number or due:
            began = time.monotonic()
            self.checkpoints.save(step, *state())
            self._saved_at = time.monotonic()
            self._pause = max(self._every, (self._saved_at - began) * (1 / self._share - 1))
        if number:
            raise Interrupted(number, step)

    def save_last(self, step: int, state: Callable[[], State]) -> None:
        """Save the end of a run, whose model is not written yet; nothing where `every_seconds` is infinite."""
        if self._every < math.inf:
            self.checkpoints.save(step, *state())

    def _agreed(self, step: int) -> tuple[int, bool]:
        """The signal, 0 for none, and whether a checkpoint is due: the same in all processes."""
        due = time.monotonic() - self._saved_at >= self._pause
        if self._fabric.world_size == 1:
            return self._signal, due
        if step % AGREE_EVERY:
            return 0, False
        wishes = torch.tensor([self._signal, int(due and self._fabric.is_global_zero)], device=self._fabric.device)
        wishes = self._fabric.all_reduce(wishes, reduce_op="max")  # type: ignore[assignment]
        return int(wishes[0]), bool(wishes[1])

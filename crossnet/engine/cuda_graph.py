"""Work of a GPU that is recorded once and then played again: hundreds of kernels are launched as one CUDA graph.

At batch 1 a GPU is done with a kernel sooner than a processor has launched the next one.
"""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from crossnet.engine.torch_compile import NotCompiledError
from crossnet.methods.base import Given, Judged

Work = Callable[[Given], Judged]
BEFORE = 3  # times that work is done before it is recorded: kernels are compiled and chosen, buffers are made


class NotRecordedError(RuntimeError):
    """Work that CUDA cannot record here; the message is one line, with the key that does without."""


class Recorder(Protocol):
    """How work is recorded: gives what plays it again, and what it made, which each time is made anew in its place."""

    def __call__(self, work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]: ...


class Recorded:
    """Work that gives an objective and terms, and leaves gradients, played again for other tensors of the same shapes.

    Nothing of it may depend on having been done before, since the first time it is done several times.
    """

    def __init__(self, work: Work, record: Recorder):
        self._work, self._record = work, record
        self._play: Callable[[], object] | None = None
        self._given: dict[str, Tensor] = {}
        self._names: tuple[str, ...] = ()

    def __call__(self, given: Given) -> Judged:
        if self._play is None:
            self._given = {name: tensor.clone() for name, tensor in given.items()}
            self._play, self._made = self._record(self._values)
        for name, tensor in given.items():
            self._given[name].copy_(tensor)
        self._play()
        objective, *terms = self._made.clone().unbind()  # the next time is made in the same place
        return objective, dict(zip(self._names, terms, strict=True))

    def _values(self) -> Tensor:
        objective, terms = self._work(self._given)
        self._names = tuple(terms)
        return torch.stack([objective, *terms.values()])


def cuda_graph(work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
    """Records by CUDA, on the current device.

    Raises NotRecordedError; NotCompiledError and torch.OutOfMemoryError as they are.
    """
    failures: list[Exception] = []  # of the work, which a graph that is broken off has another one of its own for

    def tried() -> Tensor:
        try:
            return work()
        except Exception as error:
            failures.append(error)
            raise

    try:
        return _captured(tried)
    except Exception as error:
        failure = next(iter(failures), error)
        if isinstance(failure, torch.OutOfMemoryError | NotCompiledError):
            raise failure from None
        reason = next((line for line in str(failure).splitlines() if line.strip()), type(failure).__name__)
        message = f"a step cannot be recorded as a CUDA graph: {reason}; training.cuda_graphs: false does without"
        raise NotRecordedError(message) from failure


def _captured(work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(BEFORE):
            work()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # NCCL has a thread that looks at its streams
        made = work()
    return graph.replay, made

"""The forward and backward pass of a phase as one CUDA graph: captured once, replayed in every step.

At batch 1 a GPU finishes a kernel sooner than a processor launches the next one; a graph launches hundreds at once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from crossnet.engine.torch_compile import CompileError

Gradients = Callable[[Mapping[str, Tensor]], tuple[Tensor, dict[str, Tensor]]]  # inputs -> loss and terms; sets .grad
WARM_UP = 3  # runs before the capture: kernels are compiled and chosen, buffers are allocated


class CaptureError(RuntimeError):
    """CUDA cannot capture a step; the message is one line and names the key that turns it off."""


class Capture(Protocol):
    """Capture work; return a function that replays it, and its result, which each replay overwrites in place."""

    def __call__(self, work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]: ...


class GraphedGradients:
    """Loss, terms and gradients of a phase: captured at the first call, replayed for other inputs of the same shapes.

    The work runs several times at the first call. What it changes beside gradients are `buffers` alone (the statistics
    of batch norm), which are put back after the capture. A replay writes gradients where the capture put them, and
    leaves none in the other `parameters` of the optimizer. Another phase may have given them other gradients since.
    """

    def __init__(
        self,
        gradients: Gradients,
        capture: Capture,
        parameters: Sequence[nn.Parameter],
        buffers: Sequence[Tensor] = (),
    ):
        self._gradients, self._capture, self._parameters, self._buffers = gradients, capture, parameters, buffers
        self._replay: Callable[[], object] | None = None
        self._inputs: dict[str, Tensor] = {}
        self._names: tuple[str, ...] = ()

    def __call__(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        if self._replay is None:
            self._inputs = {name: tensor.clone() for name, tensor in inputs.items()}
            before = [buffer.clone() for buffer in self._buffers]
            self._replay, self._values = self._capture(self._stacked)
            self._captured = [parameter.grad for parameter in self._parameters]
            for buffer, value in zip(self._buffers, before, strict=True):
                buffer.copy_(value)
        for name, tensor in inputs.items():
            self._inputs[name].copy_(tensor)
        self._replay()
        for parameter, gradient in zip(self._parameters, self._captured, strict=True):
            parameter.grad = gradient
        loss, *terms = self._values.clone().unbind()  # the next replay overwrites them
        return loss, dict(zip(self._names, terms, strict=True))

    def _stacked(self) -> Tensor:
        loss, terms = self._gradients(self._inputs)
        self._names = tuple(terms)
        return torch.stack([loss, *terms.values()])


def cuda_graph(work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
    """Capture work on the current CUDA device.

    Raises CaptureError; CompileError and torch.OutOfMemoryError pass through.
    """
    failures: list[Exception] = []  # of the work itself; a broken capture raises another error on top

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
        if isinstance(failure, torch.OutOfMemoryError | CompileError):
            raise failure from None
        reason = next((line for line in str(failure).splitlines() if line.strip()), type(failure).__name__)
        message = f"a step cannot be captured as a CUDA graph: {reason}; training.cuda_graphs: false turns it off"
        raise CaptureError(message) from failure


def _captured(work: Callable[[], Tensor]) -> tuple[Callable[[], object], Tensor]:
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UP):
            work()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # NCCL has a thread that queries its streams
        made = work()
    return graph.replay, made

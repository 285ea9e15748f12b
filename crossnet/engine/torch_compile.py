"""Networks by torch.compile: norms, activations and paddings between two convolutions become one kernel.

Its kernel for the gradient of reflection padding adds in a fixed order, which torch's own kernel on a GPU does not.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from crossnet.engine.executor import Arguments, batched

VARIANTS = 64  # compiled forms of nn.Sequential.forward, which all networks and batch shapes share


class CompileError(RuntimeError):
    """torch.compile fails on a network; the message is one line and names the key that turns it off."""


class CompiledCall:
    """`batched` calls of networks; each network is compiled at its first call with inputs of a shape.

    Its gradients are compiled with it. Raises CompileError; torch.OutOfMemoryError passes through.
    """

    def __init__(self) -> None:
        self._compiled: dict[Any, Callable[..., Tensor]] = {}

    def __call__(self, network: Any, uses: Sequence[Arguments]) -> Sequence[Tensor]:
        if not isinstance(network, nn.Module):  # an operation
            return batched(network, uses)
        try:
            with _options():
                if network not in self._compiled:
                    # nn.Module.compile would leave what nn.Sequential calls as it is
                    self._compiled[network] = torch.compile(network.forward, dynamic=False)
                return batched(self._compiled[network], uses, getattr(network, "mixes_samples", False))
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # a compiler fails by any of them
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            message = f"torch.compile fails: {reason}; training.compile: false turns it off"
            raise CompileError(message) from error


def _options() -> ExitStack:
    from torch._dynamo import config as dynamo  # takes a second to import
    from torch._functorch import config as functorch

    with ExitStack() as stack:
        stack.enter_context(dynamo.patch(recompile_limit=VARIANTS, fail_on_recompile_limit_hit=True))
        # compile gradients now, so that a failure belongs to this call
        stack.enter_context(functorch.patch(force_non_lazy_backward_lowering=True))
        return stack.pop_all()

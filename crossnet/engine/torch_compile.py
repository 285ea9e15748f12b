"""Networks as torch.compile makes them: norms, activations and paddings between two convolutions as one kernel.

What pads by reflection passes its gradient on in a fixed order there, which torch's own kernel on a GPU does not.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor

from crossnet.engine.executor import together

VARIANTS = 64  # of the code of nn.Sequential, which networks share, by their layers, batch, and what has a gradient


class NotCompiledError(RuntimeError):
    """A network that torch.compile cannot compile here; the message is one line, with the key that does without."""


class Inductor:
    """Calls of networks as `together`, each network compiled when it is first called with inputs of some shape.

    Its gradients are compiled with it. Raises NotCompiledError, and torch.OutOfMemoryError as it is.
    """

    def __init__(self) -> None:
        self._compiled: dict[Any, Callable[[Tensor], Tensor]] = {}

    def __call__(self, network: Any, inputs: Sequence[Any]) -> Sequence[Any]:
        try:
            with _options():
                if network not in self._compiled:
                    # nn.Module.compile would leave what nn.Sequential calls as it is
                    self._compiled[network] = torch.compile(network.forward, dynamic=False)
                return together(self._compiled[network], inputs)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # a compiler may fail by any
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            message = f"torch.compile fails: {reason}; training.compile: false does without it"
            raise NotCompiledError(message) from error


def _options() -> ExitStack:
    from torch._dynamo import config as dynamo  # a second that no other training pays
    from torch._functorch import config as functorch

    with ExitStack() as stack:
        stack.enter_context(dynamo.patch(recompile_limit=VARIANTS, fail_on_recompile_limit_hit=True))
        # gradients at once too, where a failure is still one of this call
        stack.enter_context(functorch.patch(force_non_lazy_backward_lowering=True))
        return stack.pop_all()

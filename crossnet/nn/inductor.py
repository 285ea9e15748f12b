"""Networks as torch.compile makes them: norms, activations and paddings between two convolutions as one kernel.

What pads by reflection passes its gradient on in a fixed order there, which torch's own kernel on a GPU does not.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from crossnet.nn.walks import together

VARIANTS = 64  # of the code of nn.Sequential, which all networks share: each network, each batch, trained or passed


class Inductor:
    """Calls of networks as `together`, each network compiled when it is first called with inputs of some shape.

    Raises RuntimeError, in one line, where torch.compile cannot.
    """

    def __init__(self) -> None:
        self._compiled: dict[Any, Callable[[Tensor], Tensor]] = {}

    def __call__(self, network: Any, inputs: Sequence[Any]) -> Sequence[Any]:
        if network not in self._compiled:
            # nn.Module.compile would leave what nn.Sequential calls as it is
            self._compiled[network] = torch.compile(network.forward, dynamic=False)
        from torch._dynamo import config, exc  # a second that no other training pays

        try:
            with config.patch(recompile_limit=VARIANTS, fail_on_recompile_limit_hit=True):
                return together(self._compiled[network], inputs)
        except exc.TorchDynamoException as error:
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise RuntimeError(f"torch.compile fails: {reason}; training.compile: false does without it") from error

"""The exponential moving average (EMA) of the weights that translate: it varies less than the weights of one step."""

from collections.abc import Mapping

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from crossnet.methods.base import Method


class EMA:
    """Average of the networks that a method translates with: `decay` times the old one, plus the rest of the new one.

    With a decay of 0 nothing is averaged: the weights of the last step are the model's, as in the paper.
    """

    def __init__(self, method: Method, decay: float):
        self._networks = nn.ModuleDict({name: method.networks[name] for name in method.translates_with})
        self._average = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self._model = AveragedModel(self._networks, multi_avg_fn=self._average) if decay else None
        self._weights = [parameter.detach() for parameter in self._networks.parameters()]
        self._averaged = [parameter.detach() for parameter in self._model.parameters()] if self._model else []

    def update(self) -> None:
        """Average in the weights after a step."""
        if self._model and self._model.n_averaged:
            # as AveragedModel does, which sorts its tensors by device and type at each call
            self._average(self._averaged, self._weights, self._model.n_averaged)
            self._model.n_averaged += 1
            for buffer, latest in zip(self._model.module.buffers(), self._networks.buffers(), strict=True):
                buffer.copy_(latest)
        elif self._model:
            self._model.update_parameters(self._networks)

    def copy_to_method(self) -> None:
        """Copy the average into the method's networks."""
        if self._model:
            self._networks.load_state_dict(self._model.module.state_dict())

    def state_dict(self) -> dict[str, Tensor]:
        """The average so far; empty with a decay of 0."""
        return self._model.state_dict() if self._model else {}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Load what `state_dict` returned."""
        if self._model:
            self._model.load_state_dict(state)

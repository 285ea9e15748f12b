"""An average over the steps of the weights that translate: it moves less than the weights of any one step."""

from collections.abc import Mapping

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from crossnet.methods.base import Method


class Average:
    """The average of the networks that a method translates with, each step's share fading by `decay` with every other.

    With a decay of 0 nothing is averaged: the weights of the last step are the model's, as in the paper.
    """

    def __init__(self, method: Method, decay: float):
        self._networks = nn.ModuleDict({name: method.networks[name] for name in method.translates_with})
        self._fade = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self._model = AveragedModel(self._networks, multi_avg_fn=self._fade) if decay else None
        self._now = [parameter.detach() for parameter in self._networks.parameters()]
        self._kept = [parameter.detach() for parameter in self._model.parameters()] if self._model else []

    def update(self) -> None:
        """Take in the weights as they are after a step."""
        if self._model and self._model.n_averaged:
            self._fade(self._kept, self._now, self._model.n_averaged)  # AveragedModel sorts its tensors anew each time
            self._model.n_averaged += 1
        elif self._model:
            self._model.update_parameters(self._networks)

    def take_over(self) -> None:
        """Make the average the method's own weights."""
        if self._model:
            self._networks.load_state_dict(self._model.module.state_dict())

    def state(self) -> dict[str, Tensor]:
        """The average so far, by name."""
        return self._model.state_dict() if self._model else {}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave."""
        if self._model:
            self._model.load_state_dict(state)

"""A training's state between two steps, saved and loaded."""

import random
from typing import Any

import numpy as np
import torch

from crossnet.training.checkpointing.state import TrainingState
from crossnet.training.ema import EMA
from crossnet.training.logging import RunningMeans
from crossnet.training.optimizers import make_optimizers
from crossnet.training.seeds import deterministic
from tests.support.tiny import method


def drawn() -> list[Any]:
    """A number of every global random state."""
    return [random.random(), random.gauss(), np.random.rand(), np.random.randn(), torch.rand(3).tolist()]


def test_random_states_continue_after_load_state_dict() -> None:
    made = method("crossnet")
    state = TrainingState(made, make_optimizers(made, 1e-3, (0.5, 0.999)), RunningMeans(), EMA(made, 0.0))
    deterministic(7)
    drawn()
    tensors, facts = state.state_dict()
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    wanted = [drawn() for _ in range(3)]
    deterministic(8)
    drawn()
    state.load_state_dict((tensors, facts))
    assert [drawn() for _ in range(3)] == wanted

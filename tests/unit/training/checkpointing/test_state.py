"""What is captured between two steps is what is there again when it is restored."""

import random
from typing import Any

import numpy as np
import torch

from crossnet.training.checkpointing.state import capture, restore
from crossnet.training.ema import Average
from crossnet.training.machine import deterministic
from crossnet.training.means import Means
from crossnet.training.update import optimisers
from tests.support.tiny import method


def drawn() -> list[Any]:
    """A number of every global random state."""
    return [random.random(), random.gauss(), np.random.rand(), np.random.randn(), torch.rand(3).tolist()]


def test_random_states_go_on_where_they_were() -> None:
    made = method("crossnet")
    parts = (made, optimisers(made, 1e-3, (0.5, 0.999)), Means(), Average(made, 0.0))
    deterministic(7)
    drawn()
    tensors, facts = capture(*parts)
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    wanted = [drawn() for _ in range(3)]
    deterministic(8)
    drawn()
    restore((tensors, facts), *parts)
    assert [drawn() for _ in range(3)] == wanted

"""Means of what a step logs."""

import torch

from crossnet.training.devices import start
from crossnet.training.means import Means


def test_means_are_over_the_times_a_value_was_there_and_begin_again() -> None:
    means, fabric = Means(), start("cpu", 1, 1, "32-true")
    means.add({"x": torch.tensor(1.0), "y": torch.tensor(5.0)})
    means.add({"x": torch.tensor(3.0)})
    assert means.read(fabric) == {"x": 2, "y": 5}
    means.add({"x": torch.tensor(7.0)})
    assert means.read(fabric) == {"x": 7}

"""The magnitude of a code."""

import torch

from crossnet.nn.diagnostics import code_norm


def test_the_norm_is_over_channels_and_the_mean_over_places() -> None:
    z = torch.tensor([[3.0, 0.0], [4.0, 0.0]]).view(1, 2, 1, 2)  # (3, 4) at one place, (0, 0) at the other
    assert code_norm(z) == 2.5


def test_no_gradient_goes_through_it() -> None:
    assert not code_norm(torch.ones(1, 2, 3, 3, requires_grad=True)).requires_grad

"""Optimizers by their kind, and one update."""

import pytest
import torch

from crossnet.training.optimizers import make_optimizers
from tests.support.tiny import images, loss_of, method


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_rmsprop_divides_by_the_mean_square(decay: float) -> None:
    made = method("cyclegan", dtype=torch.float64)
    phase = made.phases[0]
    optimizer = make_optimizers(made, 1e-3, (0.5, 0.999), "rmsprop", decay)[phase.name]
    weight, square = made.networks["E_ab"][0].weight, torch.tensor(0.0)
    wanted = weight.detach().clone()
    for step in range(3):
        optimizer.zero_grad()
        loss_of(phase, images(step, dtype=torch.float64), images(9, dtype=torch.float64))[0].backward()
        gradient = weight.grad + decay * wanted
        square = 0.9 * square + 0.1 * gradient**2
        wanted = wanted - 1e-3 * gradient / (square.sqrt() + 1e-8)
        optimizer.step()
    torch.testing.assert_close(weight.detach(), wanted)


def test_adam_decays_weights_by_their_gradients() -> None:
    made = method("cyclegan", dtype=torch.float64)
    optimizer = make_optimizers(made, 1e-3, (0.5, 0.999), weight_decay=0.1)["discriminators"]
    weight = made.networks["Q_a"][0].weight
    before = weight.detach().clone()
    weight.grad = torch.zeros_like(weight)
    optimizer.step()  # Adam's first step is the rate, whatever the gradient, which is the decay alone
    torch.testing.assert_close(weight.detach(), before - 1e-3 * before.sign(), rtol=1e-3, atol=1e-6)

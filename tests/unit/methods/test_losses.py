"""The shared loss terms, by hand."""

import pytest
import torch

from crossnet.methods.adversarial import l1, lsgan_discriminator_loss, lsgan_generator_loss


def test_l1_is_the_mean_over_elements() -> None:
    assert l1(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 1.0]])) == 2


@pytest.mark.parametrize(("scores", "loss"), [([1.0, 1.0], 0.0), ([0.0, 2.0], 1.0), ([-1.0, 1.0], 2.0)])
def test_a_translation_should_score_one(scores: list[float], loss: float) -> None:
    assert lsgan_generator_loss(torch.tensor(scores)) == loss


@pytest.mark.parametrize(
    ("real", "fake", "loss"),
    [([1.0], [0.0], 0.0), ([0.0], [1.0], 1.0), ([1.0], [2.0], 2.0), ([3.0, 1.0], [0.0], 1.0), ([0.5], [0.5], 0.25)],
)
def test_a_discriminator_wants_one_for_real_and_zero_for_fake_and_is_halved(
    real: list[float], fake: list[float], loss: float
) -> None:
    assert lsgan_discriminator_loss(torch.tensor(real), torch.tensor(fake)) == loss

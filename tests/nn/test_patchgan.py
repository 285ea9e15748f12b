"""The discriminator is the 70x70 PatchGAN."""

import pytest
import torch
from torch import nn

from crossnet.nn.patchgan import PatchGAN, receptive_field


def test_one_score_sees_70_pixels() -> None:
    assert receptive_field(PatchGAN(2)) == 70


def test_one_score_depends_on_a_square_of_70_pixels() -> None:
    layers = [nn.Identity() if isinstance(m, nn.GroupNorm) else m for m in PatchGAN(2)]
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.constant_(layer.weight, 0.01)
    x = torch.ones(1, 3, 128, 128, requires_grad=True)
    scores = nn.Sequential(*layers)(x)
    scores[0, 0, 7, 7].backward()
    assert x.grad is not None
    rows, columns = torch.nonzero(x.grad[0].abs().sum(0), as_tuple=True)
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == (70, 70)


@pytest.mark.parametrize(("size", "scores"), [(24, 1), (32, 2), (64, 6), (256, 30)])
def test_there_is_a_score_for_each_patch(size: int, scores: int) -> None:
    assert PatchGAN(1)(torch.zeros(1, 3, size, size)).shape == (1, 1, scores, scores)


def test_an_image_below_24_pixels_leaves_no_patch() -> None:
    with pytest.raises((ValueError, RuntimeError), match=r"more than 1 value per channel|[Kk]ernel size"):
        PatchGAN(1)(torch.zeros(1, 3, 23, 23))

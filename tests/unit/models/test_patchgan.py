"""The discriminator is the 70x70 PatchGAN."""

import pytest
import torch
from torch import nn

from crossnet.models.patchgan import ConditionalPatchGAN, PatchGAN


def receptive_field(network: nn.Module) -> int:
    """The side, in pixels, of the patch that one score sees: 70 for a PatchGAN."""
    field = 1
    for layer in reversed([m for m in network.modules() if isinstance(m, nn.Conv2d)]):
        field = (field - 1) * layer.stride[0] + layer.kernel_size[0]
    return field


@pytest.mark.parametrize(("layers", "pixels"), [(1, 16), (2, 34), (3, 70)])
def test_one_score_sees_a_patch_of_that_side(layers: int, pixels: int) -> None:
    assert receptive_field(PatchGAN(2, layers)) == pixels


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


@pytest.mark.parametrize(
    ("size", "layers", "scores"),
    [(24, 3, 1), (32, 3, 2), (64, 3, 6), (256, 3, 30), (64, 2, 14), (32, 1, 14), (6, 1, 1)],
)
def test_there_is_a_score_for_each_patch(size: int, layers: int, scores: int) -> None:
    assert PatchGAN(1, layers)(torch.zeros(1, 3, size, size)).shape == (1, 1, scores, scores)


def test_with_fewer_layers_the_channels_are_those_of_the_first_ones() -> None:
    convolutions = [m for m in PatchGAN(4, 2) if isinstance(m, nn.Conv2d)]
    assert [(m.out_channels, m.stride[0]) for m in convolutions] == [(4, 2), (8, 2), (16, 1), (1, 1)]


def test_an_image_below_24_pixels_leaves_no_patch() -> None:
    with pytest.raises((ValueError, RuntimeError), match=r"more than 1 value per channel|[Kk]ernel size"):
        PatchGAN(1)(torch.zeros(1, 3, 23, 23))


def test_a_conditional_one_sees_both_images_with_pix2pix_parameters() -> None:
    with torch.device("meta"):
        assert sum(p.numel() for p in ConditionalPatchGAN(64).parameters()) == 2_768_705
    network = ConditionalPatchGAN(2, 1)
    x, y = torch.rand(2, 1, 3, 16, 16)
    assert network(x, y).shape == PatchGAN(2, 1)(x).shape
    assert not torch.allclose(network(x, y), network(y, x))
    assert not torch.allclose(network(x, y), network(x, -y))

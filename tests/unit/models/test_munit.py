"""MUNIT's networks by functions, and the multi-scale discriminator scale by scale."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from crossnet.models.multiscale import MultiScalePatchGAN
from crossnet.models.munit import AdaptiveBlock, SampleNorm, StyledDecoder, StyleEncoder


def test_an_adaptive_block_shifts_and_scales_its_norms() -> None:
    torch.manual_seed(0)
    block, z = AdaptiveBlock(3).double(), torch.randn(2, 3, 5, 5, dtype=torch.float64)
    style = torch.randn(2, 2, 2, 3, dtype=torch.float64)

    def normed(h: Tensor, place: int) -> Tensor:
        mean, variance = h.mean((2, 3), keepdim=True), h.var((2, 3), keepdim=True, unbiased=False)
        shift, scale = style[:, place, 0], style[:, place, 1]
        return (h - mean) / (variance + 1e-5).sqrt() * scale[:, :, None, None] + shift[:, :, None, None]

    def convolved(h: Tensor, layer: torch.nn.Conv2d) -> Tensor:
        return functional.conv2d(functional.pad(h, (1, 1, 1, 1), mode="reflect"), layer.weight, layer.bias)

    wanted = z + normed(convolved(torch.relu(normed(convolved(z, block.first), 0)), block.second), 1)
    torch.testing.assert_close(block(z, style), wanted)


def test_a_sample_norm_uses_the_unbiased_deviation_and_its_scales_begin_uniform() -> None:
    norm, x = SampleNorm(4).double(), torch.randn(3, 4, 2, 5, dtype=torch.float64)
    norm.weight.data, norm.bias.data = torch.arange(4.0).double(), torch.ones(4).double()
    for sample, found in zip(x, norm(x), strict=True):
        deviation = (((sample - sample.mean()) ** 2).sum() / 39).sqrt()
        wanted = (sample - sample.mean()) / (deviation + 1e-5) * torch.arange(4.0)[:, None, None] + 1
        torch.testing.assert_close(found, wanted)
    with torch.no_grad():
        norm.initialise(torch.Generator().manual_seed(0))
    assert 0 <= norm.weight.min() < norm.weight.max() < 1


def test_a_decoder_gives_each_block_its_part_of_the_style() -> None:
    decoder, content = StyledDecoder(1, 2).double(), torch.randn(1, 4, 4, 4, dtype=torch.float64)
    style = torch.randn(1, 32, dtype=torch.float64)
    wanted = decoder.blocks[1](
        decoder.blocks[0](content, style[:, :16].view(1, 2, 2, 4)), style[:, 16:].view(1, 2, 2, 4)
    )
    torch.testing.assert_close(decoder(content, style), decoder.upwards(wanted))
    assert decoder(content, style).shape == (1, 3, 16, 16)


def test_a_style_is_that_of_the_whole_image() -> None:
    encoder, x = StyleEncoder(2, 5), torch.randn(3, 3, 16, 24)
    assert encoder(x).shape == (3, 5)


@pytest.mark.parametrize(
    ("size", "layers", "scales"), [(256, 4, 3), (64, 4, 3), (32, 4, 2), (32, 2, 3), (24, 4, 1), (32, 5, 1)]
)
def test_a_discriminator_has_as_many_scales_as_fit(size: int, layers: int, scales: int) -> None:
    q = MultiScalePatchGAN(1, layers, 3, size, 0.2)
    assert len(q.scales) == scales
    assert q(torch.zeros(1, 3, size, size)).shape[:2] == (1, scales)


def test_its_mean_over_a_channel_is_that_of_a_scale_of_its_own() -> None:
    torch.manual_seed(0)
    q, x = MultiScalePatchGAN(2, 3, 3, 32, 0.2).double(), torch.randn(2, 3, 32, 64, dtype=torch.float64)
    scores, seen = q(x), x
    assert scores.shape == (2, 3, 4, 8)
    for place, network in enumerate(q.scales):
        if place:
            padded, ones = (functional.pad(each, (1, 1, 1, 1)) for each in (seen, torch.ones_like(seen)))
            total, count = (each.unfold(2, 3, 2).unfold(3, 3, 2).sum((-1, -2)) for each in (padded, ones))
            seen = total / count
        h = seen
        for layer in [layer for layer in network if isinstance(layer, torch.nn.Conv2d)][:-1]:
            h = functional.conv2d(functional.pad(h, (1, 1, 1, 1), mode="reflect"), layer.weight, layer.bias, 2)
            h = functional.leaky_relu(h, 0.2)
        h = functional.conv2d(h, network[-1].weight, network[-1].bias)
        torch.testing.assert_close(scores[:, place].square().mean(), h.square().mean())

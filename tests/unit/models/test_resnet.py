"""The networks have the paper's sizes, shapes and conventions."""

import pytest
import torch
from torch import nn

from crossnet.models.norms import Norm, norm
from crossnet.models.patchgan import PatchGAN
from crossnet.models.resnet import Decoder, Encoder, ResidualBlock, ResidualBlocks, Translator
from tests.support.tiny import images

PAPER = [  # §3.5 with CycleGAN's conventions
    ("E", lambda: Encoder(64, 9), 10_999_936),
    ("D", lambda: Decoder(64), 378_243),
    ("T", lambda: Translator(64, 9), 10_621_440),
    ("Q", lambda: PatchGAN(64), 2_764_737),
]
SMALL = [
    pytest.param(Encoder(2, 1), (3, 16, 24), (8, 4, 6), id="E"),
    pytest.param(Decoder(2), (8, 4, 6), (3, 16, 24), id="D"),
    pytest.param(Translator(2, 2), (8, 4, 6), (8, 4, 6), id="T"),
    pytest.param(PatchGAN(2), (3, 32, 48), (1, 2, 4), id="Q"),
]


@pytest.mark.parametrize(("build", "count"), [pytest.param(build, count, id=name) for name, build, count in PAPER])
def test_at_paper_scale_a_network_has_as_many_parameters_as_the_paper_says(build: type[nn.Module], count: int) -> None:
    with torch.device("meta"):
        assert sum(p.numel() for p in build().parameters()) == count


def test_a_code_at_paper_scale_has_256_channels_at_a_quarter_of_the_resolution() -> None:
    with torch.device("meta"):
        assert Encoder(64, 9)(torch.empty(2, 3, 256, 192)).shape == (2, 256, 64, 48)


@pytest.mark.parametrize(("network", "given", "wanted"), SMALL)
def test_shapes(network: nn.Module, given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    assert network(torch.randn(5, *given)).shape == (5, *wanted)


@pytest.mark.parametrize(("network", "given", "wanted"), SMALL)
def test_a_batch_gives_the_numbers_of_its_samples(
    network: nn.Module, given: tuple[int, ...], wanted: tuple[int, ...]
) -> None:
    network, x = network.double(), torch.randn(3, *given, dtype=torch.float64)
    one_by_one = torch.cat([network(sample[None]) for sample in x])
    torch.testing.assert_close(network(x), one_by_one, rtol=1e-12, atol=1e-14)
    network.float()


@pytest.mark.parametrize(("network", "given", "wanted"), SMALL)
def test_a_network_leaves_its_input_as_it_is(
    network: nn.Module, given: tuple[int, ...], wanted: tuple[int, ...]
) -> None:
    x = torch.randn(1, *given)
    before = x.clone()
    network(x)
    assert torch.equal(x, before)


@pytest.mark.parametrize(("network", "given", "wanted"), SMALL)
def test_conventions_of_cyclegan(network: nn.Module, given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            assert layer.bias is not None
        if isinstance(layer, nn.Conv2d) and not isinstance(network, PatchGAN):
            assert layer.padding_mode == ("reflect" if layer.stride == (1, 1) else "zeros")
        if isinstance(layer, nn.GroupNorm):
            assert layer.num_groups == layer.num_channels
            assert not layer.affine
        assert not isinstance(layer, nn.Dropout)


def test_the_norm_is_instance_norm() -> None:
    x = images(0, 3, 16).repeat(1, 2, 1, 1).double()
    torch.testing.assert_close(norm(6)(x), nn.functional.instance_norm(x))


def last_layer(network: nn.Sequential) -> nn.Module:
    return list(network.modules())[-1]


def test_codes_and_scores_are_unbounded_and_images_are_not() -> None:
    assert isinstance(last_layer(Decoder(2)), nn.Tanh)
    assert isinstance(last_layer(PatchGAN(2)), nn.Conv2d)
    for blocks in (Encoder(2, 1)[-1], Translator(2, 1)):
        assert isinstance(blocks, ResidualBlocks)


def test_a_residual_block_adds_what_its_body_finds() -> None:
    block, z = ResidualBlock(4), torch.randn(2, 4, 6, 6)
    torch.testing.assert_close(block(z) - z, block.body(z))
    for p in block.parameters():
        nn.init.zeros_(p)
    assert torch.equal(block(z), z)


def test_a_decoder_stays_within_the_range_of_images() -> None:
    decoder = Decoder(2)
    for p in decoder.parameters():
        nn.init.normal_(p, 0, 3)
    x = decoder(100 * torch.randn(1, 8, 8, 8))
    assert x.abs().max() <= 1
    assert x.abs().max() > 0.9


def test_an_encoder_tells_images_apart() -> None:
    x = images(0, count=2)
    z = Encoder(2, 1)(x)
    assert not torch.allclose(z[0], z[1], atol=1e-2)


@pytest.mark.parametrize(("kind", "blind"), [("instance", True), ("layer", False)])
def test_only_instance_norm_hides_the_contrast_and_the_cast_of_single_channels(kind: Norm, blind: bool) -> None:
    x = images(0, dtype=torch.float64)
    other = x * torch.tensor([0.5, 2.0, 0.9], dtype=torch.float64).view(1, 3, 1, 1) + 0.3
    assert torch.allclose(norm(3, kind)(x), norm(3, kind)(other), atol=1e-3) == blind


def test_residual_blocks_keep_instance_norm_whatever_the_layers_around_them_have() -> None:
    def groups(network: nn.Module) -> list[bool]:
        return [m.num_groups == m.num_channels for m in network.modules() if isinstance(m, nn.GroupNorm)]

    encoder = Encoder(2, 2, "layer")
    assert groups(encoder) == [False] * 3 + [True] * 4
    assert groups(Decoder(2, "layer")) == [False] * 2

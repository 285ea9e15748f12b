"""FID from files to numbers, against pytorch-fid itself, on weights of the right shape made here."""

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from ruamel.yaml import YAML

from crossnet.data.download.fid_weights import fid_weights
from crossnet.evaluation import fid_weights as published
from crossnet.evaluation import inception
from crossnet.evaluation.features import Store, gather
from crossnet.evaluation.frechet import fid
from crossnet.evaluation.inception import pytorch_fid
from crossnet.evaluation.testset import FeatureSets
from crossnet.params import load_params
from stages.fetch import fetch
from tests.support.committed import PARAMS
from tests.support.evaluated import direction, evaluated


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield (path := tmp_path_factory.mktemp("fid"))
    (path / "random.pth").unlink()  # 95 MB


@pytest.fixture(scope="module")
def weights(folder: Path) -> Path:
    """Random weights of FID's Inception, scaled so that its features differ between images."""
    module, state = pytorch_fid().inception, {}
    network = module._inception_v3(num_classes=1008, aux_logits=False, weights=None)
    changed = (
        ("5b", "A", 192, 32), ("5c", "A", 256, 64), ("5d", "A", 288, 64), ("6b", "C", 768, 128), ("6c", "C", 768, 160),
        ("6d", "C", 768, 160), ("6e", "C", 768, 192), ("7b", "E_1", 1280), ("7c", "E_2", 2048),
    )  # fmt: skip
    for block, kind, *sizes in changed:
        setattr(network, f"Mixed_{block}", getattr(module, f"FIDInception{kind}")(*sizes))
    torch.manual_seed(0)
    for name, tensor in network.state_dict().items():
        wide = tensor.dim() == 4
        state[name] = torch.randn(tensor.shape) * (2 / tensor[0].numel()) ** 0.5 if wide else tensor
    torch.save(state, folder / "random.pth")
    return folder / "random.pth"


@pytest.fixture
def official(weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, taken for the official file."""
    monkeypatch.setattr(published, "SHA256", hashlib.sha256(weights.read_bytes()).hexdigest())
    return weights


def saved(folder: Path, kind: str, count: int, level: int) -> list[Path]:
    """Images of 20x20 pixels."""
    rng, paths = np.random.default_rng(level), [folder / f"{kind}-{number}.png" for number in range(count)]
    for path in paths:
        Image.fromarray(rng.integers(level, level + 120, (20, 20, 3), dtype=np.uint8)).save(path)
    return paths


@pytest.mark.filterwarnings("ignore:The `disp` argument:DeprecationWarning")  # pytorch-fid's, of SciPy
def test_it_is_that_of_pytorch_fid(folder: Path, official: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a request was made"))
    groups = {name: saved(folder, name, 5, level) for name, level in (("translations", 0), ("real", 100))}
    groups |= {"source": groups["real"][:2], "train": groups["real"][2:]}
    found = gather(inception.inception(official), groups, 20, Store(folder / "store"))
    module, scores = pytorch_fid().inception, pytorch_fid().fid_score
    monkeypatch.setattr(module, "load_state_dict_from_url", lambda *_, **__: torch.load(official, weights_only=True))
    reference = module.InceptionV3()
    wanted: dict[str, Any] = {
        name: scores.get_activations(groups[name], reference, batch_size=5, num_workers=0)
        for name in ("translations", "real")
    }
    for name, activations in wanted.items():
        assert found[name] == pytest.approx(activations, rel=1e-3, abs=1e-5 * activations.max())
        assert activations.std(0).max() > 1e-3 * activations.max()
    basis = np.linalg.qr(np.concatenate(list(wanted.values())).T)[0]  # the distance is within what the features span
    spanned = [wanted[name] @ basis for name in ("translations", "real")]
    moments = [moment for x in spanned for moment in (x.mean(0), np.cov(x, rowvar=False))]
    measured = fid(direction(translated=[np.zeros((20, 20, 3))], sets=FeatureSets(**found)))
    assert measured.values["to_*"] == pytest.approx(scores.calculate_frechet_distance(*moments), rel=1e-3)
    assert (measured.conditions["image_size"], measured.conditions["resized_to"]) == (20, 299)
    assert [measured.values[f"to_*_{count}"] for count in ("n", "n_train", "n_real")] == [5, 3, 5]


def test_a_task_that_wants_it_is_measured_by_it(
    tmp_path: Path, official: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setenv("CROSSNET_FID_WEIGHTS", str(official))
    metrics = evaluated(2, 2, masks=False, fid=True)
    assert set(metrics) == {"fid", "kid", "fd_efflite0", "kid_efflite0", "signs"}
    assert {"to_b", "to_b_low", "to_b_high", "to_b_source", "to_a"} <= metrics["fid"].keys()
    assert metrics["fid"]["image_size"] == 16
    assert metrics["fid"]["to_b"] != metrics["fd_efflite0"]["to_b"]


def test_another_checksum_is_refused(weights: Path) -> None:
    with pytest.raises(ValueError, match=r"random\.pth: sha256 starts \w{8}, not 6726825d: not the official weights"):
        inception.inception(weights)


def refused(folder: Path, monkeypatch: pytest.MonkeyPatch, content: object) -> str:
    """The error for a file that has the right checksum."""
    path = folder / "other.pth"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    monkeypatch.setattr(published, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(ValueError, match=r"other\.pth: ") as error:
        inception.inception(path).load()
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no weights", "no weights that torch can read"),
        ([torch.zeros(2)], "holds no state dict of tensors"),
        ({"epoch": 3}, "holds no state dict of tensors"),
        ({"fc.weight": torch.zeros(1000, 2048)}, "weights of another network than FID's Inception"),
        (Path, "no weights that torch can read"),  # what torch.load would have to execute
    ],
)
def test_what_holds_no_such_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: object, said: str
) -> None:
    assert said in refused(tmp_path, monkeypatch, content)


def test_the_address_and_name_are_those_of_pytorch_fid() -> None:
    assert pytorch_fid().inception.FID_WEIGHTS_URL == published.URL
    assert published.WEIGHTS.endswith(f"-{published.SHA256[:8]}.pth")


def test_a_file_that_is_named_is_used_or_reported_as_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSNET_FID_WEIGHTS", str(tmp_path / "mine.pth"))
    assert fid_weights("horse2zebra") == tmp_path / "mine.pth"
    with pytest.raises(OSError, match=r"mine\.pth: weights of Inception cannot be read: No such file .*; fetch https"):
        inception.inception(fid_weights("horse2zebra"))
    monkeypatch.setenv("CROSSNET_FID_WEIGHTS", "mine.pth")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert fid_weights("horse2zebra") == tmp_path / "mine.pth"


def test_they_are_fetched_into_the_cache_once(folder: Path, official: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROSSNET_FID_WEIGHTS", raising=False)
    monkeypatch.setenv("CROSSNET_CACHE", str(folder / "cache"))
    monkeypatch.setattr("crossnet.data.download.fid_weights.SHA256", published.SHA256)
    monkeypatch.setattr("crossnet.data.download.fid_weights.URL", official.as_uri())
    monkeypatch.setattr("crossnet.data.download.fid_weights.BYTES", official.stat().st_size)
    path = fid_weights("horse2zebra")
    assert path == folder / "cache" / published.WEIGHTS
    monkeypatch.setattr("crossnet.data.download.fid_weights.URL", "file:///nowhere")
    assert fid_weights("horse2zebra") == path
    path.unlink()


def test_without_a_download_it_stops_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROSSNET_FID_WEIGHTS", raising=False)
    monkeypatch.setenv("CROSSNET_CACHE", str(tmp_path))
    monkeypatch.setattr("crossnet.data.download.fid_weights.URL", "file:///nowhere/weights.pth")
    with pytest.raises(OSError, match="weights") as error:
        fid_weights("horse2zebra")
    said = str(error.value)
    assert "\n" not in said
    remedies = ("download", "CROSSNET_FID_WEIGHTS", "tasks.horse2zebra.fid to false")
    assert [words for words in (str(tmp_path / published.WEIGHTS), *remedies) if words not in said] == []


def test_without_them_nothing_is_fetched_for_a_task_that_wants_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSNET_FID_WEIGHTS", str(tmp_path / "none.pth"))
    YAML().dump(YAML().load(PARAMS) | {"task": "horse2zebra"}, tmp_path / "params.yaml")
    with pytest.raises(OSError, match=r"none\.pth: weights of Inception cannot be read"):
        fetch(load_params(Path("params.yaml")))
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]

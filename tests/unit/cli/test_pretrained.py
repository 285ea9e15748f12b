"""Models that come with the package: found by their names, in a checkout and where the package is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from crossnet import model_folder
from crossnet.cli import app
from crossnet.model import save_model
from tests.support.paths import ROOT
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS, method


def saved(folder: Path, seed: int = 0) -> Path:
    config = {
        "method": "crossnet",
        "networks": NETWORKS,
        "weights": dict(WEIGHTS["crossnet"]),
        "image_pool": IMAGE_POOL,
    }
    save_model(folder, method("crossnet", seed), config)
    return folder


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a photograph, and two pretrained models elsewhere."""
    for seed, name in enumerate(("zebras", "apples")):
        saved(tmp_path / "package/pretrained" / name, seed)
    (tmp_path / "package/pretrained/notes").mkdir()
    monkeypatch.setattr(model_folder, "PLACES", (tmp_path / "nowhere", tmp_path / "package/pretrained"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Image.linear_gradient("L").resize((32, 32)).convert("RGB").save("photo.png")


def translate(model: str) -> Result:
    words = ["translate", "photo.png", "--model", model, "--to", "b", "--out", "out", "--overwrite"]
    return CliRunner().invoke(app, words, catch_exceptions=False)


def translated(model: str) -> bytes:
    assert translate(model).exit_code == 0
    return Path("out/photo.png").read_bytes()


def test_a_name_is_the_model_of_that_name_and_a_path_the_model_there(tmp_path: Path) -> None:
    assert translated("apples") == translated(str(saved(tmp_path / "other", 1)))
    assert translated("apples") != translated("zebras")


def test_a_folder_with_a_model_wins_over_a_name_and_one_without_does_not() -> None:
    packaged = translated("zebras")
    Path("zebras").mkdir()
    Path("zebras/photo.jpg").write_text("a data set of this name")
    assert translated("zebras") == packaged
    saved(Path("zebras"), 7)
    assert translated("zebras") != packaged


@pytest.mark.parametrize("name", ["zebra", "notes"])
def test_an_unknown_name_is_one_line_with_the_names_that_there_are(name: str) -> None:
    result = translate(name)
    assert result.exit_code == 2
    assert result.stderr == f"error: --model {name}: no such folder or pretrained model; pretrained: apples, zebras\n"
    assert not Path("out").exists()


def test_without_pretrained_models_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "PLACES", ())
    assert "no such folder or pretrained model; pretrained: none\n" in translate("zebras").stderr


@pytest.mark.parametrize("path", ["./zebras", "models/zebras", "empty"])
def test_a_path_without_a_model_is_told_as_a_path(path: str) -> None:
    Path("empty").mkdir()
    result = translate(path)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {path.removeprefix('./')}: not a model of this project")


def test_a_package_that_is_installed_brings_its_pretrained_models(tmp_path: Path) -> None:
    """As pip builds it for an installation that is not editable."""
    built = tmp_path / "package"
    shutil.copytree(ROOT / "crossnet", built / "crossnet")
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, built / name)
    run = {"env": os.environ | {"PYTHONPATH": str(tmp_path / "lib")}, "capture_output": True, "text": True}
    subprocess.run([sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(tmp_path / "lib")], cwd=built,
                   check=True, **run)  # fmt: skip
    code = "from crossnet.cli import app; app()"
    words = ["translate", "photo.png", "--model", "apples", "--to", "b", "--out", "out"]
    done = subprocess.run([sys.executable, "-P", "-c", code, *words], check=False, **run)
    assert done.returncode == 0, done.stderr
    assert Path("out/photo.png").is_file()

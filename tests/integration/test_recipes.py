"""The recipes of CONTRIBUTING.md for a loss and a method, followed to the letter in a clone."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.faults.stage import ENVIRONMENT, project
from tests.support.cloned import fresh, run
from tests.support.paths import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone at scale=smoke."""
    fresh(folder := tmp_path / "clone")
    return folder


def check(clone: Path, wanted: int = 0) -> str:
    return run(clone, sys.executable, "-m", "stages.check", wanted=wanted)


def logged_losses(clone: Path, folder: Path) -> set[str]:
    """Train with the code and the parameters of a clone on random images; the losses of its log."""
    folder.mkdir()
    shutil.copy(clone / "params.yaml", project(folder) / "params.yaml")
    environment = ENVIRONMENT | {"PYTHONPATH": str(clone)}
    subprocess.run([sys.executable, "-m", "stages.train"], cwd=folder, env=environment, check=True)
    return {path.stem for path in (folder / "reports/training/plots/metrics/loss").glob("*.tsv")}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_loss_is_added_in_one_module_and_trained(clone: Path, tmp_path: Path) -> None:
    example = re.search(r"```python\n(  def l_brightness.*?)  ```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    assert example
    method = clone / "crossnet/methods/crossnet.py"
    edit(method, "\nLOSSES: ", "\n" + textwrap.dedent(example[1]) + "\n\nLOSSES: ")
    edit(method, '    "gan": l_gan,\n', '    "gan": l_gan,\n    "brightness": l_brightness,\n')
    edit(clone / "params.yaml", "\nlambda_id: ", "\nlambda_brightness: 2\nlambda_id: ")
    check(clone)
    assert "brightness" in logged_losses(clone, tmp_path / "run")
    edit(clone / "params.yaml", "lambda_brightness: 2", "lambda_brightnes: 2")
    assert "lambda_brightness: missing; every key has to be there" in check(clone, wanted=1)
    undeclared = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-k",
        "declares_the_parameters",
        "tests/unit/test_architecture.py",
    ]
    edit(clone / "params.yaml", "lambda_brightnes: 2", "lambda_brightness: 2")
    assert "lambda_brightness" in run(clone, *undeclared, wanted=1)
    for stage in ("train", "report"):
        text = (clone / "dvc.yaml").read_text()
        place = text.index("      - lambda_id\n", text.index(f"\n  {stage}:"))
        (clone / "dvc.yaml").write_text(text[:place] + "      - lambda_brightness\n" + text[place:])
    run(clone, *undeclared)


def test_the_method_of_the_recipe_is_trained(clone: Path, tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    example = re.search(r'```python\n(  """Half a cycle.*?)  ```', text, re.DOTALL)
    assert example
    (clone / "crossnet/methods/halfcycle.py").write_text(textwrap.dedent(example[1]))
    block = re.search(r"with `(halfcycle: .*?)` under `methods:`", text)
    assert block
    edit(clone / "params.yaml", "\nmethods:\n", f"\nmethods:\n  {block[1]}\n")
    edit(clone / "params.yaml", "\nmethod: crossnet", "\nmethod: halfcycle")
    check(clone)
    assert logged_losses(clone, tmp_path / "run") == {"back"}


def test_a_method_is_added_in_one_module_and_trained(clone: Path, tmp_path: Path) -> None:
    source = (clone / "crossnet/methods/cyclegan.py").read_text()
    assert source.count("CycleGAN(") == 1
    (clone / "crossnet/methods/onecycle.py").write_text(source + '\nOPTIONS = {"rate": 0.5}\n')
    edit(clone / "params.yaml", "\nmethods:\n", "\nmethods:\n  onecycle: {gan: 1, cycle: 5, identity: 0, rate: 0.25}\n")
    edit(clone / "params.yaml", "\nmethod: crossnet", "\nmethod: onecycle")
    check(clone)
    assert logged_losses(clone, tmp_path / "run") == {"gan", "cycle", "disc_a", "disc_b"}
    edit(clone / "params.yaml", "rate: 0.25", "rate: fast")
    assert "methods.onecycle.rate: 'fast' is not a number" in check(clone, wanted=1)

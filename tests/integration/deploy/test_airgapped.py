"""Runs of a pack are cut off by the clock; one goes on to the bit and comes back as an experiment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.cloned import commit, environment, fresh, hashes, run, set_parameter

RESERVE = 6  # seconds for stopping and writing
ABSENT = ("dvc", "dvclive", "mitsuba", "sklearn", "skimage", "scipy", "pandas", "matplotlib", "httpx", "imagehash")
WITHOUT_THEM = f"""
import sys
from importlib.machinery import PathFinder
class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {ABSENT!r} else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Finder
"""


def on_the_node(pack: Path, absent: Path, seconds: float, *more: str) -> int:
    """`run` as on a node that lacks packages; its exit status."""
    command = [
        sys.executable,
        "-m",
        "deploy.airgapped.run",
        "--seconds",
        str(seconds),
        "--reserve",
        str(RESERVE),
        *more,
    ]
    paths = environment() | {"PYTHONPATH": str(absent), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=pack, env=paths, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode in (0, 3), (
        done.stdout + done.stderr + "".join(p.read_text() for p in pack.glob("work/*/log"))
    )
    return done.returncode


def lay_images(folder: Path) -> None:
    """Lay four images a side there."""
    for number, side in enumerate(("trainA", "trainB", "testA", "testB")):
        (folder / side).mkdir(parents=True)
        for place in range(4):
            pixels = np.random.default_rng((number, place)).integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / side / f"{place}.png")


@pytest.mark.timeout(600)  # four minutes on two busy cores
def test_runs_at_once_are_cut_off_and_one_goes_on_to_the_bit_and_becomes_an_experiment(
    tmp_path: Path,
) -> None:
    clone, node, absent = tmp_path / "clone", tmp_path / "node", tmp_path / "absent"
    for folder in (clone, absent):
        folder.mkdir()
    (absent / "sitecustomize.py").write_text(WITHOUT_THEM)
    fresh(clone)
    lay_images(tmp_path / "mine")
    own = {"task": "folder", "tasks.folder.path": str(tmp_path / "mine")}
    for key, value in (own | {"scales.smoke.training.duration": "480 images"}).items():
        set_parameter(clone, key, value)
    run(clone, "dvc", "repro", "prepare")
    commit(clone, "prepared")
    runs = tmp_path / "runs.yaml"
    longer = "scales.smoke.training.duration=9600 images"
    runs.write_text(f"cross-1: [seed=1]\ncycle: [method=cyclegan, {longer}]\n")
    typed = (sys.executable, "-m", "deploy.airgapped.pack", str(runs), "--present", "all", "--out", str(node))
    run(clone, *typed)
    shorter = 4.0
    while not list(node.glob("work/cross-1/.crossnet/runs/*/step-*")):
        assert on_the_node(node, absent, shorter + RESERVE, "--at-once", "2") == 3
        assert not (node / "work/cross-1/done.json").exists(), "the training is too short to be cut off"
        shorter *= 1.4  # by less than a training takes beside its start
    shutil.copytree(node / "back", tmp_path / "back")
    shutil.rmtree(node)
    runs.write_text("cross-1: [seed=1]\n")
    run(clone, *typed, "--back", str(tmp_path / "back"))  # checkpoints travel back, and in again with a new pack
    shutil.copytree(node, tmp_path / "straight")
    assert on_the_node(node, absent, 150) == 0
    assert "going on after step" in (node / "work/cross-1/log").read_text()
    shutil.copy(node / "runs/cross-1/params.yaml", tmp_path / "straight")
    run(tmp_path / "straight", sys.executable, "-m", "stages.train")
    assert hashes(tmp_path / "straight/data/model") == hashes(node / "work/cross-1/data/model")
    said = run(clone, sys.executable, "-m", "deploy.airgapped.take_back", str(node / "back"))
    assert said.splitlines()[-2:] == [
        "cross-1: saved as an experiment",
        "cycle: unfinished; pack it again with --back",
    ]
    assert run(clone, "git", "status", "--porcelain") == ""
    shown = json.loads(run(clone, "dvc", "exp", "show", "--json"))
    [baseline] = [row for row in shown if row["rev"] != "workspace"]
    [found] = baseline["experiments"]
    assert found["name"] == "cross-1"
    assert found["revs"][0]["data"]["params"]["params.yaml"]["data"]["seed"] == 1
    assert "reports/metrics.json" in found["revs"][0]["data"]["metrics"]
    run(clone, "dvc", "exp", "apply", "cross-1")
    assert run(clone, "dvc", "status", "--json").strip() == "{}"
    assert hashes(clone / "data/model") == hashes(node / "work/cross-1/data/model")

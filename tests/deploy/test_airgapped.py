"""Runs of a pack are cut off by the clock, go on to the bit, and come back as experiments."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cloned import commit, environment, fresh, hashes, run, set_parameter

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
    done = subprocess.run(command, cwd=pack, env=paths, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode in (0, 3), (
        done.stdout + done.stderr + "".join(p.read_text() for p in pack.glob("work/*/log"))
    )
    return done.returncode


@pytest.mark.timeout(280)
def test_two_runs_at_once_are_cut_off_go_on_to_the_bit_and_become_experiments(tmp_path: Path) -> None:
    clone, node, absent = tmp_path / "clone", tmp_path / "node", tmp_path / "absent"
    for folder in (clone, absent):
        folder.mkdir()
    (absent / "sitecustomize.py").write_text(WITHOUT_THEM)
    fresh(clone)
    set_parameter(clone, "scales.smoke.training.duration", "640 images")
    commit(clone, "longer")
    run(clone, "dvc", "repro", "prepare")
    commit(clone, "prepared")
    (tmp_path / "runs.yaml").write_text("cross-1: [seed=1]\ncycle: [method=cyclegan, lambda_id=2]\n")
    typed = (sys.executable, "-m", "deploy.airgapped.pack", str(tmp_path / "runs.yaml"), "--present", "all", "--out")
    run(clone, *typed, str(node))
    shutil.copytree(node, tmp_path / "straight")
    shorter, kept = 5.0, False
    while on_the_node(node, absent, shorter + RESERVE, "--at-once", "2") == 3 and shorter < 100:
        shorter *= 1.5  # by less than a training takes beside its start
        if not kept and list(node.glob("work/cross-1/.crossnet/runs/*/step-*")):
            kept = True  # checkpoints travel back, and in again with a new pack
            shutil.copytree(node / "back", tmp_path / "back")
            shutil.rmtree(node)
            run(clone, *typed, str(node), "--back", str(tmp_path / "back"))
    assert "going on after step" in (node / "work/cross-1/log").read_text()
    (tmp_path / "straight/runs/cycle/params.yaml").unlink()
    assert on_the_node(tmp_path / "straight", absent, 150) == 0
    for folder in ("data/model", "data/translated"):
        assert hashes(tmp_path / "straight/work/cross-1" / folder) == hashes(node / "work/cross-1" / folder)
    run(clone, sys.executable, "-m", "deploy.airgapped.take_back", str(node / "back"))
    assert run(clone, "git", "status", "--porcelain") == ""
    shown = json.loads(run(clone, "dvc", "exp", "show", "--json"))
    [baseline] = [row for row in shown if row["rev"] != "workspace"]
    found = {row["name"]: row["revs"][0]["data"] for row in baseline["experiments"]}
    assert set(found) == {"cross-1", "cycle"}
    assert found["cross-1"]["params"]["params.yaml"]["data"]["seed"] == 1
    assert "reports/metrics.json" in found["cycle"]["metrics"]
    run(clone, "dvc", "exp", "apply", "cross-1")
    assert run(clone, "dvc", "status", "--json").strip() == "{}"
    assert hashes(clone / "data/model") == hashes(node / "work/cross-1/data/model")

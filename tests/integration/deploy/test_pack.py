"""What cannot be packed is told in one line, and leaves nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cloned import ROOT, environment
from tests.support.committed import PARAMS

RUNS = {
    "not YAML": ("a: [", "runs.yaml: not YAML"),
    "bytes": ("a: [\x01]", "runs.yaml: not YAML"),
    "no list": ("a: seed=1", "runs.yaml: a: wanted letters"),
    "numbers": ("a: [1]", "runs.yaml: a: wanted letters"),
    "an alias to itself": ("a: &a [*a]", "runs.yaml: not YAML: its aliases stand for more than"),
    "a bad override": ('a: ["seed=["]', "Invalid `--set-param` value"),
    "no images": ("a: [seed=1]", "data/prepared/sculptures/trainA: no images; run: dvc repro prepare"),
}


def pack(here: Path, runs: str, out: str) -> "subprocess.CompletedProcess[str]":
    (here / "params.yaml").write_bytes(PARAMS.read_bytes())
    (here / "runs.yaml").write_text(runs)
    (here / "data/prepared/sculptures").mkdir(parents=True)
    return subprocess.run(
        [sys.executable, "-m", "deploy.airgapped.pack", "runs.yaml", "--out", out, "--present", "all"],
        cwd=here, env=environment() | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("runs", "said"), RUNS.values(), ids=RUNS)
def test_what_cannot_be_packed_is_one_line(runs: str, said: str, tmp_path: Path) -> None:
    done = pack(tmp_path, runs, "node")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {said}")
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "params.yaml", "runs.yaml"]


def test_a_pack_in_a_folder_of_the_pipeline_is_refused(tmp_path: Path) -> None:
    for name in ("dvc.yaml", "stages/_command.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    done = pack(tmp_path, "a: [seed=1]", "data/model/node")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: data/model/node: lies in data/model, which belongs to the pipeline")

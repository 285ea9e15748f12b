"""A training by the reference engine is the same training."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.stage import ENVIRONMENT, project
from tests.support import built
from tests.support.tiny import logged_losses


def logged(folder: Path, name: str) -> list[float]:
    rows = (folder / f"reports/training/plots/metrics/{name}.tsv").read_text().splitlines()
    place = rows[0].split("\t").index(name.split("/")[-1])
    return [float(row.split("\t")[place]) for row in rows[1:]]


def convolutions(folder: Path) -> str:
    return str(json.loads((folder / "reports/training/summary.json").read_text())["convolutions"])


def test_both_engines_log_the_same_losses_to_rounding(tmp_path: Path) -> None:
    folders = []
    for engine in ("auto", "reference"):
        (folder := tmp_path / engine).mkdir()
        folders.append(project(folder, engine=engine, scales__smoke__training__log_every=1))
        command = [sys.executable, "-m", "stages.train"]
        subprocess.run(command, cwd=folder, env=ENVIRONMENT | {"OMP_NUM_THREADS": "2"}, check=True, capture_output=True)
    assert convolutions(folders[0]).startswith("winograd-" if built.CAN_COMPILE else "torch")
    assert convolutions(folders[1]) == "torch"
    for name in logged_losses("crossnet"):
        fast, reference = (logged(folder, name) for folder in folders)
        assert fast == pytest.approx(reference, rel=1e-3), name
        assert len(set(fast)) == 4  # steps

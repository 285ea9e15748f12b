"""Every comparator from fetch to report at scale=smoke, by the commands that a user types."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crossnet.params.methods import declared
from tests.support.cloned import commit, fresh, run, set_parameter

# GrabCut, and what learns from pairs, have tests of their own
COMPARATORS = [
    name for name, method in declared().items() if name != "crossnet" and method.losses and not method.paired
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone, scale: smoke, whose task is prepared."""
    folder = tmp_path_factory.mktemp("clone")
    fresh(folder)
    run(folder, "dvc", "repro", "prepare")
    commit(folder, "a prepared task")
    return folder


@pytest.mark.parametrize("name", COMPARATORS)
def test_a_comparator_runs_from_fetch_to_report(clone: Path, name: str) -> None:
    set_parameter(clone, "method", name)
    output = run(clone, "dvc", "repro")
    assert "Running stage 'prepare'" not in output, "a method prepares nothing"
    assert json.loads((clone / "data/model/config.json").read_text())["method"] == name
    assert "kid_efflite0" in json.loads((clone / "reports/metrics.json").read_text())
    for to in ("to_a", "to_b"):
        assert len([*(clone / "data/translated" / to).iterdir()]) == 8
    assert (clone / "reports/index.html").stat().st_size > 100
    source, program = (
        "data/prepared/sculptures/testA",
        [sys.executable, "-c", "from crossnet.cli.main import app; app()"],
    )
    with TemporaryDirectory() as out:
        run(clone, *program, "translate", source, "--model", "data/model", "--to", "b", "--out", out)
        assert len([*Path(out).iterdir()]) == 8

"""A disk that is full, or read-only, wherever the project writes: file and remedy, and nothing half is left."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.small_disk import CASES, PAGE, READ_ONLY
from tests.faults.stage import ENVIRONMENT
from tests.support.cloned import commit, run
from tests.support.committed import PARAMS

Found = dict[str, dict[str, Any]]
EVERY = [(name, folder, pages) for name, disks in CASES.items() for folder, pages in disks]
FULL = "No space left on device; make room on that disk, and run the same again"
CLOSED = "Read-only file system; that disk is read-only: go on where it can be written, and run the same again"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What came of each case, by its name."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-m", "tests.faults.small_disk"],
        cwd=tmp_path_factory.mktemp("disk"), env=ENVIRONMENT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this system lets nobody mount a small file system")
    assert done.returncode == 0, done.stderr
    return {each["case"]: each for each in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize(("name", "folder", "pages"), EVERY, ids=[f"{name}, {folder}" for name, folder, _ in EVERY])
def test_a_command_names_the_file_and_the_remedy_and_leaves_nothing_half(
    name: str, folder: str, pages: int, found: Found
) -> None:
    case = found[f"{name}, {folder}"]
    assert case["status"] == 1
    told = [line for line in case["said"] if "error: " in line or "not translated: " in line]
    assert told == case["said"]
    assert len(told) == 1 or name == "crossnet translate"
    wanted = re.escape(CLOSED if pages == READ_ONLY else FULL)
    assert all(re.fullmatch(rf"(error|not translated): .*{folder}/?[^ ]*: {wanted}", line) for line in told)
    assert case["left"] == []


@pytest.mark.parametrize("name", CASES)
def test_the_same_command_goes_on_when_there_is_room(name: str, found: Found) -> None:
    assert found[f"{name}, with room"]["status"] == 0


def test_databases_of_dvc_that_cannot_be_written_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes(PARAMS.read_bytes())
    run(tmp_path, "git", "init", "--quiet")
    run(tmp_path, "dvc", "init", "--quiet")
    commit(tmp_path, "no runs")
    program = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({PAGE}, {PAGE})); "
    done = subprocess.run(
        [sys.executable, "-c", f"{program}from crossnet.cli import app; app()", "compare"], cwd=tmp_path,
        env=ENVIRONMENT | {"DVC_SITE_CACHE_DIR": str(tmp_path / "site")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(
        r"error: DVC cannot use its databases of this repository: [^\n]+; make room on their disk\n", done.stderr
    )


def test_a_partial_file_would_be_found(tmp_path: Path) -> None:
    from tests.faults.small_disk import is_half

    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    (tmp_path / "x.json").write_text('{"a":')
    (tmp_path / "y.json").write_text("{}")
    assert [is_half(path) for path in sorted(tmp_path.iterdir())] == [True, True, False]

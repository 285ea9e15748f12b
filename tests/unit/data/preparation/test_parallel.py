"""Work on all cores: the same results in the same order, and nothing left running or half written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.data.preparation import sides
from crossnet.data.preparation.checks import PreparationError
from crossnet.data.preparation.parallel import each
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.splits import ValidationSplit
from crossnet.data.preparation.target import Target
from tests.support.cloned import hashes
from tests.support.paths import ROOT

NONE = ValidationSplit(0, 0)
DATASET = Description("many", {"a": "a", "b": "b"}, 0.1, "stop")
SIDES = ("trainA", "trainB", "testA", "testB")


def square(number: int) -> int:
    if number == 41:
        raise PreparationError("41 cannot be squared")
    return number**2


def vanish(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_are_in_the_order_of_the_jobs(workers: int) -> None:
    assert list(each(square, list(range(40)), "squaring", workers)) == [n**2 for n in range(40)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_job_raises_is_raised(workers: int) -> None:
    with pytest.raises(PreparationError, match=r"^41 cannot be squared$"):
        list(each(square, list(range(70)), "squaring", workers))


def test_a_process_that_is_gone_is_told_in_one_line() -> None:
    with pytest.raises(RuntimeError, match=r"^testing: one of 2 processes was ended from outside, [^\n]*make room"):
        list(each(vanish, list(range(70)), "testing", 2))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four sides of 40 images, of several formats; some broken, some twice."""
    raw = tmp_path_factory.mktemp("many") / "raw"
    rng = np.random.default_rng(0)
    for side in SIDES:
        (raw / side).mkdir(parents=True)
        for number in range(40):
            image = Image.fromarray(rng.integers(0, 256, (200, 240, 3), dtype=np.uint8))
            image.save(raw / side / f"ü {number}.{('png', 'jpg', 'bmp')[number % 3]}")
        (raw / side / "broken.jpg").write_bytes(b"")
        (raw / side / "twice.png").write_bytes((raw / side / "ü 0.png").read_bytes())
    return raw


def test_the_number_of_processes_changes_nothing(raw: Path, tmp_path: Path) -> None:
    ledgers = [
        sides.prepare(raw, Target(tmp_path / str(workers), 36, 32, "stretch"), DATASET, NONE, workers=workers)
        for workers in (1, 2, 3)
    ]
    assert ledgers[0] == ledgers[1] == ledgers[2]
    assert ledgers[0].kept == dict.fromkeys(SIDES, 40)
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2") == hashes(tmp_path / "3")


@pytest.fixture(scope="module")
def whole(raw: Path) -> dict[str, str]:
    """What a run that nobody kills leaves."""
    sides.prepare(raw, Target(raw.parent / "whole", 144, 128, "stretch"), DATASET, NONE, workers=1)
    return hashes(raw.parent / "whole")


SCRIPT = """
import sys
from pathlib import Path
from crossnet.data.preparation import sides
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.splits import ValidationSplit
from crossnet.data.preparation.target import Target
if __name__ == "__main__":
    NONE = ValidationSplit(0, 0)
    dataset = Description("many", {"a": "a", "b": "b"}, 0.1, "stop")
    sides.prepare(Path(sys.argv[1]), Target(Path(sys.argv[2]), 144, 128, "stretch"), dataset, NONE, workers=2)
"""


def children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found in /proc")
@pytest.mark.parametrize("images", [1, 25, 90])
def test_killed_at_any_moment_it_leaves_no_process_and_the_next_run_the_same_bytes(
    images: int, raw: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    out = tmp_path / "prepared"
    root = ROOT
    process = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", raw, out],
        env=os.environ | {"PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while len(list(out.glob("*/*.png"))) < images and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    started = children(process.pid)
    process.kill()
    process.wait()
    assert len(started) >= 2
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(alive, started))
    assert not (out / "dataset.json").exists()
    for path in out.glob("*/[!.]*"):
        with Image.open(path) as image:
            image.load()
    sides.prepare(raw, Target(out, 144, 128, "stretch"), DATASET, NONE, workers=1)
    assert hashes(out) == whole

"""kill -9 at random moments of the fetch and prepare stages: the next run completes them, to the same bytes."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.stage import ENVIRONMENT, set_parameters
from tests.integration.test_tasks import zipped
from tests.support.cloned import hashes
from tests.support.pictures import encoded, scene
from tests.support.servers import FileServer

KILLS = 10  # of each stage
OUTS = {"fetch": ("data/fetched",), "prepare": ("data/prepared", "reports")}


def run(stage: str, folder: Path, after_s: float | None = None) -> int:
    """Run a stage as DVC does, its outs removed before, and kill it after a while if one is given; its status."""
    for out in OUTS[stage]:
        shutil.rmtree(folder / out, ignore_errors=True)
    (folder / "reports").mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", f"stages.{stage}"], cwd=folder, env=ENVIRONMENT, stderr=subprocess.DEVNULL
    )
    try:
        return process.wait(timeout=100 if after_s is None else after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@pytest.mark.parametrize("stage", ["fetch", "prepare"])
def test_a_stage_that_is_killed_again_and_again_ends_with_the_same_bytes(stage: str, tmp_path: Path) -> None:
    names = [f"{side}/{number:03d}.jpg" for side in ("trainA", "trainB", "testA", "testB") for number in range(40)]
    files = {f"apple2orange/{name}": encoded(scene(place)) for place, name in enumerate(names)}
    found = []
    with FileServer({"/a.zip": zipped(files)}) as server:
        server.piece, server.pause_s = 1 << 15, 0.02
        for name in ("alone", "killed"):
            folder = tmp_path / name
            folder.mkdir()
            set_parameters(
                folder, task="apple2orange", scale="smoke", tasks__apple2orange__url=f"{server.url}/a.zip",
                tasks__apple2orange__sha256=None, tasks__apple2orange__fid=False,
            )  # fmt: skip
            if stage == "prepare":
                assert run("fetch", folder) == 0
            began = time.monotonic()
            if name == "alone":
                assert run(stage, folder) == 0
                took = time.monotonic() - began
            else:
                rng, killed, ended = random.Random(0), 0, 0
                while killed < KILLS and ended < KILLS:
                    status = run(stage, folder, rng.uniform(0.1, 0.9) * took)
                    killed, ended = killed + (status == -9), ended + (status == 0)
                    if status == 0 and stage == "fetch":
                        shutil.rmtree(folder / ".crossnet")  # to begin anew
                assert killed == KILLS
                assert run(stage, folder) == 0
            found.append({out: hashes(folder / out) for out in OUTS[stage]})
    assert found[0] == found[1]
    assert all(any(found[0][out]) for out in OUTS[stage])

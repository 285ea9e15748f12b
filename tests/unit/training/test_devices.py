"""A GPU is held by one run at a time, until the run's process is gone."""

import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from crossnet.training.devices import lock_gpu, visible_gpus
from tests.faults.trainer import CONTEXT


def hold(folder: Path, answers: Any) -> None:
    first, again = (lock_gpu(["0", "1"], folder, every_seconds=0.02) for _ in range(2))
    assert first == again
    answers.put(first)
    time.sleep(100)


@pytest.mark.timeout(120)
def test_of_three_runs_two_have_a_gpu_each_and_the_third_waits_for_one_that_dies(tmp_path: Path) -> None:
    answers = CONTEXT.Queue()
    runs = [CONTEXT.Process(target=hold, args=(tmp_path, answers)) for _ in range(3)]
    try:
        runs[0].start()
        assert answers.get(timeout=60) == 0
        runs[1].start()
        assert answers.get(timeout=60) == 1
        runs[2].start()
        time.sleep(0.5)
        assert answers.empty()
        runs[0].kill()
        assert answers.get(timeout=60) == 0
    finally:
        for run in runs:
            if run.pid:
                run.kill()
                run.join()


@pytest.mark.parametrize(
    ("setting", "count", "names"), [("", 2, ["0", "1"]), ("3, 1", 2, ["3", "1"]), ("GPU-ab12", 1, ["GPU-ab12"])]
)
def test_gpus_have_the_names_that_the_environment_gives_them(
    setting: str, count: int, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", setting)
    assert visible_gpus(count) == names


def test_several_runs_share_a_gpu_where_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSNET_RUNS_PER_GPU", "2")
    held = FileLock(tmp_path / "0.lock")
    with held:
        assert lock_gpu(["0"], tmp_path) == 0


def test_a_wrong_number_of_runs_a_gpu_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSNET_RUNS_PER_GPU", "many")
    with pytest.raises(RuntimeError, match=r"^CROSSNET_RUNS_PER_GPU: 'many' is no number of runs; wanted 1 or more$"):
        lock_gpu(["0"], tmp_path)

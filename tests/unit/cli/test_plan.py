"""`crossnet plan`: numbers that can be checked."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import pytest
import torch
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.cli.plan import Forecast, NotMeasuredError, seconds_of
from crossnet.params import Params
from crossnet.training.finite_check import DivergedError
from crossnet.training.machine import MemoryShortError
from tests.support.committed import PARAMS, restore


@pytest.fixture
def _two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(PARAMS, tmp_path / "params.yaml")
    restore(tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_two_threads")
def test_it_prints_operations_memory_disk_and_a_forecast(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["plan", "--scale", "smoke", "--steps", "2"])
    assert result.exit_code == 0
    assert torch.get_num_threads() == 2  # as many for the next forecast
    lines = result.output.splitlines()
    assert lines[0] == "sculptures, crossnet, smoke: 32x32 pixels, batch 4"
    found = re.search(r"^measured +(\S+) s a step on cpu", result.output, flags=re.MULTILINE)
    assert found
    forecast = re.search(r"^forecast +48 steps \(4 epochs\): (\S+) minutes", result.output, flags=re.MULTILINE)
    assert forecast
    assert float(forecast[1]) == pytest.approx(48 * float(found[1]) / 60, abs=0.06)
    assert {line.split()[0] for line in lines[1:]} == {
        "weights", "operations", "memory", "disk", "data", "measured", "forecast",
    }  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["params.yaml"]


def test_the_paper_scale_has_its_known_size() -> None:
    result = CliRunner().invoke(app, ["plan", "--scale", "paper", "--steps", "0"])
    assert "weights      49.53 million in 8 networks" in result.output
    assert "1000 images on the larger side" in result.output


def test_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["plan", "--scale", "huge"])
    assert result.exit_code == 2
    assert result.stderr == "error: params.yaml: scale: 'huge' is none of smoke, laptop, desktop, gpu, paper\n"
    result = CliRunner().invoke(app, ["plan", "--task", "folder", "--scale", "smoke", "--steps", "1"])
    assert result.exit_code == 0
    assert "fetch and prepare the task first" in result.output.splitlines()[-1]


def test_steps_that_cannot_be_measured_are_one_line_after_what_needs_no_measuring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("accelerator: cpu", "accelerator: cuda", 1))
    result = CliRunner().invoke(app, ["plan", "--scale", "smoke"])
    said = "training.accelerator: cuda is asked for, but there is only cpu; name one of these, or auto"
    assert (result.exit_code, result.stderr) == (2, f"error: {said}\n")
    assert result.stdout.splitlines()[-1].startswith("data ")


@pytest.mark.usefixtures("_two_threads")
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryShortError("not enough memory in step 1: lower batch"), "not enough memory in step 1: lower batch"),
        (DivergedError("step 1: id_a is nan"), "step 1: id_a is nan"),
        (RuntimeError("you asked:\nDefaultCPUAllocator: can't allocate memory"), "not enough memory in step 1: "),
    ],
)
def test_what_ends_the_measuring_is_one_line_and_threads_stay(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*of: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("crossnet.training.loop.train", fails)
    with pytest.raises(NotMeasuredError, match=rf"\A{said}.*\Z"):
        seconds_of("sculptures", "crossnet", "smoke")
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(("steps", "seconds"), [(48, 24.5), (None, None)])
def test_a_run_takes_all_of_its_steps(
    steps: int | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forecast(params: Params, side: int, measured: int) -> Forecast:
        assert (params.task, params.method, params.scale, measured > 0) == ("sculptures", "cyclegan", "smoke", True)
        return Forecast("cpu", 0.5, 1.0, 100.0, steps)

    monkeypatch.setattr("crossnet.cli.plan.forecast", forecast)
    assert seconds_of("sculptures", "cyclegan", "smoke") == seconds


def test_told_to_stop_it_ends_without_a_traceback() -> None:
    command = [
        sys.executable,
        "-c",
        "from crossnet.cli import app; app()",
        "plan",
        "--scale",
        "smoke",
        "--steps",
        "100000",
    ]
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True) as plan:
        assert plan.stdout is not None
        assert plan.stderr is not None
        try:
            while not plan.stdout.readline().startswith("data "):  # what comes before the steps
                assert plan.poll() is None
            while not _catches(plan.pid):
                time.sleep(0.01)
            plan.send_signal(signal.SIGTERM)
            assert plan.wait(60) == 128 + signal.SIGTERM
            assert plan.stderr.read() == ""
        finally:
            plan.kill()


def _catches(process: int) -> bool:
    """Whether it handles SIGTERM, by what Linux says of it."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    caught = int(next(line.split()[1] for line in status if line.startswith("SigCgt")), 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)

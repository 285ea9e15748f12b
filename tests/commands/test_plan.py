"""`crossnet plan`: numbers that can be checked."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.commands.forecast import Forecast
from crossnet.commands.plan import seconds_of
from crossnet.params import Params
from tests.committed import PARAMS, restore


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(PARAMS, tmp_path / "params.yaml")
    restore(tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)


def test_it_prints_operations_memory_disk_and_a_forecast(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["plan", "--scale", "smoke", "--steps", "2"])
    assert result.exit_code == 0
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
    assert result.stderr == "error: params.yaml: scale: 'huge' is none of smoke, laptop, paper\n"
    result = CliRunner().invoke(app, ["plan", "--task", "folder", "--scale", "smoke", "--steps", "1"])
    assert result.exit_code == 0
    assert "fetch and prepare the task first" in result.output.splitlines()[-1]


@pytest.mark.parametrize(("steps", "seconds"), [(48, 24.0), (None, None)])
def test_a_run_takes_all_of_its_steps(
    steps: int | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forecast(params: Params, side: int, measured: int) -> Forecast:
        assert (params.task, params.method, params.scale, measured > 0) == ("sculptures", "cyclegan", "smoke", True)
        return Forecast("cpu", 0.5, 100.0, steps)

    monkeypatch.setattr("crossnet.commands.plan.forecast", forecast)
    assert seconds_of("sculptures", "cyclegan", "smoke") == seconds

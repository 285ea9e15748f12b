"""`crossnet ablation`: which runs count as finished, and the forecast; DVC's part is in test_compare."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from crossnet.analysis.runs import Run
from crossnet.analysis.settings import effective
from crossnet.cli import app
from crossnet.cli.forecast import NotMeasuredError
from crossnet.params import ParamsError
from tests.unit.analysis.made import PARAMS


def run(name: str, method: str, data: str, seconds: float | None = None, **others: Any) -> Run:
    settings = effective({**PARAMS, **others, "method": method})
    return Run(name, name, method, 0, settings, data, {}, seconds, "code")


def ablation(monkeypatch: pytest.MonkeyPatch, head: list[Run], runs: list[Run], *words: str) -> Result:
    def read_runs(root: Path, found: dict[str, str], task: str, scale: str) -> tuple[list[Run], list[str]]:
        return (head if "HEAD" in found else runs), []

    place = "crossnet.analysis.revisions"
    monkeypatch.setattr(f"{place}.read_params", lambda root, commit: PARAMS)
    monkeypatch.setattr(f"{place}.revisions", lambda root: {"some": "1", "HEAD": "2"})
    monkeypatch.setattr(f"{place}.unfinished", lambda root: [])
    monkeypatch.setattr("crossnet.analysis.runs.read_runs", read_runs)
    return CliRunner().invoke(app, ["ablation", "--seeds", "1", "--dry-run", *words], catch_exceptions=False)


def test_a_run_counts_if_it_is_on_the_images_of_heads_or_of_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = run("new", "crossnet", "newimages", 60), run("old", "cyclegan", "oldimages", 60)
    told = ablation(monkeypatch, [run("HEAD", "cyclegan", "oldimages")], [new, old]).output
    assert "# CycleGAN, seed 0: finished as old, on images oldimag, as HEAD\n" in told
    assert "# CrossNet, seed 0: new does not count, on images newimag, not on oldimag as HEAD\ndvc exp run" in told
    assert "tiny-small-crossnet-0" in told
    told = ablation(monkeypatch, [], [new, old]).output
    assert "# CrossNet, seed 0: finished as new, on images newimag\n" in told
    assert "# CycleGAN, seed 0: old does not count, on images oldimag, not on newimag as new\n" in told
    other = run("HEAD", "crossnet", "x", tasks={"tiny": {"source": "archive"}})  # would have other images now
    assert "# CrossNet, seed 0: finished as new" in ablation(monkeypatch, [other], [new, old]).output


def test_the_forecast_is_one_line_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossnet.cli.plan.seconds_of", lambda task, method, scale: 1800.0)
    told = ablation(monkeypatch, [], [run("old", "cyclegan", "d", 720)], "--seeds", "2").output
    assert told.splitlines()[-2:] == [
        "# forecast: 4.2 hours of training one after another (8 of crossnet at 30.0 minutes, as measured here; "
        "1 of cyclegan at 12.0 minutes, as finished runs took)",
        "dvc queue start -j 1",
    ]
    monkeypatch.setattr("crossnet.cli.plan.seconds_of", lambda task, method, scale: None)
    assert "# forecast: not known for 5 runs: fetch and prepare the task" in ablation(monkeypatch, [], []).output

    for error in (ParamsError("params.yaml: lr: no number"), NotMeasuredError("step 1: id_a is nan")):

        def refuse(task: str, method: str, scale: str, error: Exception = error) -> float:
            raise error

        monkeypatch.setattr("crossnet.cli.plan.seconds_of", refuse)
        result = ablation(monkeypatch, [], [])
        assert (result.exit_code, result.output.splitlines()[-2]) == (0, f"# forecast: not known: {error}")


def test_a_task_that_is_not_there_is_one_line_with_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    result = ablation(monkeypatch, [], [], "--task", "nosuch")
    assert (result.exit_code, result.stderr) == (2, "error: params.yaml: tasks: 'nosuch' is none of tiny, other\n")


def test_rows_and_seeds_are_queued_as_asked_for_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    told = ablation(monkeypatch, [], [], "--seeds", "100:102", "--rows", "cyclegan,crossnet", "--scale", "small").output
    names = [line.split()[5] for line in told.splitlines() if line.startswith("dvc exp run")]
    assert names == [f"tiny-small-{row}-{seed}" for seed in (100, 101) for row in ("crossnet", "cyclegan")]
    assert told.count("-S split=valid") == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--seeds", "0"], "--seeds 0: wanted how many, such as 5, or FIRST:END"),
        (["--seeds", "5:5"], "--seeds 5:5: wanted"),
        (["--seeds", "1,2"], "--seeds 1,2: wanted"),
        (["--seeds", ":3"], "--seeds :3: wanted"),
        (["--seeds", "1001"], "--seeds 1001: wanted how many, such as 5, or FIRST:END, such as 100:105; at most 1000"),
        (["--seeds", "999999999"], "--seeds 999999999: wanted"),
        (["--seeds", "9" * 5000], "--seeds 999"),
        (["--seeds", "2147483648:2147483649"], "--seeds 2147483648:2147483649: wanted"),
        (["--rows", "crossnet,munit"], "--rows munit: is none of gan-id, zid, ctc, crossnet, cyclegan"),
        (["--rows", ""], "--rows : is none of"),
    ],
)
def test_seeds_and_rows_that_do_not_exist_are_one_line(
    monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    result = ablation(monkeypatch, [], [], *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {told}")
    assert result.stderr.count("\n") == 1

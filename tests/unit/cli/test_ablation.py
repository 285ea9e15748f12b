"""`crossnet ablation`: which runs count as finished, and the forecast; DVC's part is in test_compare."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from crossnet.analysis.load import COLUMNS
from crossnet.analysis.repository import ExperimentError
from crossnet.analysis.variants import settings
from crossnet.cli import app
from crossnet.cli.plan import NotMeasuredError
from crossnet.params import ParamsError
from tests.support.experiments import PARAMS, record

Runs = list[dict[str, Any]]


def run(name: str, method: str, data: str, seconds: float = float("nan"), **others: Any) -> dict[str, Any]:
    shaped_by = settings({**PARAMS, **others, "method": method})
    return record(method, 0, experiment=name, settings=shaped_by, data=data, seconds=seconds)


def ablation(monkeypatch: pytest.MonkeyPatch, head: Runs, runs: Runs, *words: str) -> Result:
    def read_runs(root: Path, commits: dict[str, str], task: str, scale: str) -> tuple[pd.DataFrame, list[str]]:
        found = head if "HEAD" in commits else runs
        return pd.DataFrame(found, columns=None if found else COLUMNS), []

    place = "crossnet.analysis.repository"
    monkeypatch.setattr(f"{place}.read_params", lambda root, commit: PARAMS)
    monkeypatch.setattr(f"{place}.experiments", lambda root: {"some": "1", "HEAD": "2"})
    monkeypatch.setattr(f"{place}.unfinished", lambda root: [])
    monkeypatch.setattr("crossnet.analysis.load.read_runs", read_runs)
    return CliRunner().invoke(app, ["ablation", "--seeds", "1", "--dry-run", *words], catch_exceptions=False)


def test_a_run_counts_if_it_is_on_the_images_of_heads_or_of_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = run("new", "crossnet", "newimages", 60), run("old", "cyclegan", "oldimages", 60)
    output = ablation(monkeypatch, [run("HEAD", "cyclegan", "oldimages")], [new, old]).output
    assert "# CycleGAN, seed 0: finished as old, on images oldimag, as HEAD\n" in output
    assert "# CrossNet, seed 0: new does not count, on images newimag, not on oldimag as HEAD\ndvc exp run" in output
    assert "tiny-small-crossnet-0" in output
    output = ablation(monkeypatch, [], [new, old]).output
    assert "# CrossNet, seed 0: finished as new, on images newimag\n" in output
    assert "# CycleGAN, seed 0: old does not count, on images oldimag, not on newimag as new\n" in output
    other = run("HEAD", "crossnet", "x", tasks={"tiny": {"source": "archive"}})  # would have other images now
    assert "# CrossNet, seed 0: finished as new" in ablation(monkeypatch, [other], [new, old]).output


def test_the_forecast_is_one_line_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossnet.cli.plan.seconds_of", lambda task, method, scale: 1800.0)
    output = ablation(monkeypatch, [], [run("old", "cyclegan", "d", 720)], "--seeds", "2").output
    assert output.splitlines()[-2:] == [
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
    output = ablation(
        monkeypatch, [], [], "--seeds", "100:102", "--rows", "cyclegan,crossnet", "--scale", "small"
    ).output
    names = [line.split()[5] for line in output.splitlines() if line.startswith("dvc exp run")]
    assert names == [f"tiny-small-{row}-{seed}" for seed in (100, 101) for row in ("crossnet", "cyclegan")]
    assert output.count("-S split=valid") == 4


@pytest.mark.parametrize(
    ("words", "message"),
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
    monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    result = ablation(monkeypatch, [], [], *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


BROKEN: dict[str, tuple[dict[str, Any] | ExperimentError, str]] = {
    "broken": (ExperimentError("abc: params.yaml: not YAML"), "abc: params.yaml: not YAML"),
    "no-block": (PARAMS | {"scale": "small", "methods": {}}, "params.yaml: methods.crossnet: no such block; wanted the "
                                                              "one that method names"),
    "no-weight": (PARAMS | {"lambda_id": {"a": 1}}, "params.yaml: lambda_id: {a: 1} is neither a number nor "
                                                    "{a: number, b: number}"),
}  # fmt: skip


def test_a_broken_queued_experiment_is_left_out_with_its_reason_and_the_others_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_params(root: Path, commit: str | None) -> dict[str, Any]:
        found = BROKEN[commit][0] if commit in BROKEN else PARAMS
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr("crossnet.cli.plan.seconds_of", lambda task, method, scale: 1800.0)
    words = ["ablation", "--seeds", "1", "--dry-run"]
    ablation(monkeypatch, [], [])  # for the repository that it makes up
    queued = [*((name, "Queued", name) for name in BROKEN), ("good", "Running", "good")]
    monkeypatch.setattr("crossnet.analysis.repository.unfinished", lambda root: queued)
    monkeypatch.setattr("crossnet.analysis.repository.read_params", read_params)
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [f"left out: {name}: {reason}" for name, (_, reason) in BROKEN.items()]
    assert "# CrossNet, seed 0: running as good\n" in result.stdout
    assert result.stdout.count("dvc exp run --queue") == 4

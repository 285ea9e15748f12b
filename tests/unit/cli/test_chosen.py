"""Where `crossnet compare` and `crossnet claims` write, and what they refuse to overwrite."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crossnet.analysis.rows import Experiments, Row
from crossnet.cli import app
from tests.unit.analysis.made import PARAMS

THERE = Path("reports/experiments/tiny")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(root: Path, task: str, scale: str, revs: list[str], choices: bool) -> Experiments:
        return Experiments(task, scale, [Row("CrossNet", "crossnet", {}, "d", {})], ["left out: some"])

    monkeypatch.setattr("crossnet.analysis.revisions.read_params", lambda root, commit: PARAMS)
    monkeypatch.setattr("crossnet.analysis.rows.read", read)
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    THERE.mkdir(parents=True)


def crossnet(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.parametrize("command", ["compare", "claims"])
@pytest.mark.parametrize("out", ["file", "file/below", "taken"])
def test_a_place_that_cannot_be_written_to_is_one_line(command: str, out: str) -> None:
    for name in ("table.json", "claims.json"):
        Path("taken", name).mkdir(parents=True)
    result = crossnet(command, "--out", out, "--overwrite")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {out}")
    assert result.stderr.endswith("; --out names a folder that can be written to\n")
    assert result.stderr.count("\n") == 1


FOREIGN = {
    "no JSON": b"my notes",
    "not UTF-8": b"\xff",
    "a list": b"[1]",
    "no rows": b'{"task": "tiny", "scale": "small"}',
    "odd rows": b'{"task": "tiny", "scale": "small", "rows": [1]}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("command", ["compare", "claims"])
@pytest.mark.parametrize("name", ["table.json", "table.md", "claims.json", "claims.md", "figures/roc.png"])
@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_what_does_not_say_what_it_was_made_from_is_not_overwritten_unasked(
    command: str, name: str, content: bytes
) -> None:
    (THERE / name).parent.mkdir(exist_ok=True)
    (THERE / name).write_bytes(content)
    result = crossnet(command)
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {THERE / name.split('/')[0]}: does not say what it was made from; it would be replaced by 0 runs of "
        "tiny at small (CrossNet: 0); --overwrite replaces it, --out names another folder\n"
    )
    assert (THERE / name).read_bytes() == content
    assert len(list(THERE.iterdir())) == 1


@pytest.mark.parametrize("name", ["table.json", "claims.json", "figures/made_from.json"])
def test_results_of_another_scale_are_not_overwritten_unasked(name: str) -> None:
    (THERE / name).parent.mkdir(exist_ok=True)
    (THERE / name).write_text(json.dumps({"task": "tiny", "scale": "laptop", "rows": []}))
    for command in ("compare", "claims"):
        result = crossnet(command)
        assert result.exit_code == 2
        assert "was made from 0 runs of tiny at laptop (no rows); it would be replaced by 0 runs" in result.stderr
    assert crossnet("claims", "--overwrite").exit_code == 3
    assert json.loads((THERE / "claims.json").read_text())["scale"] == "small"


def test_a_task_whose_name_leads_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    params = PARAMS | {"task": "../../tiny", "tasks": {"../../tiny": PARAMS["tasks"]["tiny"]}}
    monkeypatch.setattr("crossnet.analysis.revisions.read_params", lambda root, commit: params)
    for command in ("compare", "claims", "ablation"):
        result = crossnet(command)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: params.yaml: tasks: '../../tiny' is no name; wanted at most 64 ")
    assert sorted(path.name for path in Path().iterdir()) == ["file", "reports"]


@pytest.mark.parametrize("command", ["compare", "claims", "ablation"])
@pytest.mark.parametrize("blocks", [5, ["tiny"], None, "tiny"])
def test_tasks_that_are_no_blocks_are_one_line(command: str, blocks: object, monkeypatch: pytest.MonkeyPatch) -> None:
    params = PARAMS | {"tasks": blocks}
    monkeypatch.setattr("crossnet.analysis.revisions.read_params", lambda root, commit: params)
    result = crossnet(command)
    found = type(blocks).__name__
    assert result.stderr == f"error: params.yaml: tasks: wanted blocks by their names, found {found}\n"
    assert result.exit_code == 2


def test_what_was_left_out_is_in_the_tables_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossnet.analysis.figures.FIGURES", {})
    result = crossnet("compare")
    assert (result.exit_code, result.stderr) == (0, "left out: some\n")
    assert json.loads((THERE / "table.json").read_text())["notes"] == ["left out: some"]

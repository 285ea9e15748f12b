"""Options of several commands: where a command may write, and what it refuses to overwrite."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from crossnet.analysis.load import Experiments
from crossnet.cli import app
from tests.support.experiments import PARAMS, record

THERE = Path("reports/experiments/tiny")
COMMANDS = (
    ("compare", "--out"),
    ("claims", "--out"),
    ("translate", "photographs", "--to", "b", "--out"),
    ("export", "--data", "some", "--licence", "some", "elsewhere"),
)


@pytest.fixture
def _experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(root: Path, task: str, scale: str, revs: list[str], choices: bool) -> Experiments:
        run = record("crossnet", 0, variant="CrossNet", differs={})
        return Experiments(task, scale, pd.DataFrame([run]), ["left out: some"])

    monkeypatch.setattr("crossnet.analysis.repository.read_params", lambda root, commit: PARAMS)
    monkeypatch.setattr("crossnet.analysis.load.load", load)
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    THERE.mkdir(parents=True)


def crossnet(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.usefixtures("_experiments")
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


@pytest.mark.usefixtures("_experiments")
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
        f"error: {THERE / name.split('/')[0]}: does not say what it was made from; it would be replaced by 1 run of "
        "tiny at small (CrossNet: 1); --overwrite replaces it, --out names another folder\n"
    )
    assert (THERE / name).read_bytes() == content
    assert len(list(THERE.iterdir())) == 1


@pytest.mark.usefixtures("_experiments")
@pytest.mark.parametrize("name", ["table.json", "claims.json", "figures/made_from.json"])
def test_results_of_another_scale_are_not_overwritten_unasked(name: str) -> None:
    (THERE / name).parent.mkdir(exist_ok=True)
    (THERE / name).write_text(json.dumps({"task": "tiny", "scale": "laptop", "rows": []}))
    for command in ("compare", "claims"):
        result = crossnet(command)
        assert result.exit_code == 2
        assert "was made from 0 runs of tiny at laptop (no rows); it would be replaced by 1 run" in result.stderr
    assert crossnet("claims", "--overwrite").exit_code == 3
    assert json.loads((THERE / "claims.json").read_text())["scale"] == "small"


@pytest.mark.usefixtures("_experiments")
def test_a_task_whose_name_leads_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    params = PARAMS | {"task": "../../tiny", "tasks": {"../../tiny": PARAMS["tasks"]["tiny"]}}
    monkeypatch.setattr("crossnet.analysis.repository.read_params", lambda root, commit: params)
    for command in ("compare", "claims", "ablation"):
        result = crossnet(command)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: params.yaml: tasks: '../../tiny' is no name; wanted at most 64 ")
    assert sorted(path.name for path in Path().iterdir()) == ["file", "reports"]


@pytest.mark.usefixtures("_experiments")
@pytest.mark.parametrize("command", ["compare", "claims", "ablation"])
@pytest.mark.parametrize("blocks", [5, ["tiny"], None, "tiny"])
def test_tasks_that_are_no_blocks_are_one_line(command: str, blocks: object, monkeypatch: pytest.MonkeyPatch) -> None:
    params = PARAMS | {"tasks": blocks}
    monkeypatch.setattr("crossnet.analysis.repository.read_params", lambda root, commit: params)
    result = crossnet(command)
    found = type(blocks).__name__
    assert result.stderr == f"error: params.yaml: tasks: wanted blocks by their names, found {found}\n"
    assert result.exit_code == 2


@pytest.mark.usefixtures("_experiments")
def test_what_was_left_out_is_in_the_tables_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossnet.analysis.figures.FIGURES", {})
    result = crossnet("compare")
    assert (result.exit_code, result.stderr) == (0, "left out: some\n")
    assert json.loads((THERE / "table.json").read_text())["notes"] == ["left out: some"]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What of a clone tells that it is one."""
    monkeypatch.setattr("crossnet.analysis.repository.read_params", lambda root, commit: PARAMS)
    for name in ("dvc.yaml", "stages/_command.py"):
        (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "clone" / name).touch()
    return tmp_path / "clone"


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
@pytest.mark.parametrize("here", ["clone", "."])
@pytest.mark.parametrize(
    ("out", "own"),
    [
        ("data/translated", "data/translated"),
        ("data/translated/to_b", "data/translated"),
        ("data/raw/../model/mine", "data/model"),
        ("link/mine", "data/prepared"),
        ("reports", "reports"),
        ("reports/figures/mine", "reports"),
        ("reports/experiments/../figures", "reports"),
        (".git", ".git"),
    ],
)
def test_a_folder_of_the_pipeline_is_refused(
    words: tuple[str, ...], here: str, out: str, own: str, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / "data/prepared").mkdir(parents=True)
    (clone / "link").symlink_to("data/prepared")
    (clone / "reports/experiments").mkdir(parents=True)
    monkeypatch.chdir(clone.parent / here)
    typed = (clone / out).relative_to(Path.cwd())
    result = CliRunner().invoke(app, [*words, str(typed)], catch_exceptions=False)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {typed}: is or lies in {own}, which belongs to the pipeline")
    assert result.stderr.count("\n") == 1
    assert [*(clone / "data/prepared").iterdir(), *(clone / "reports/experiments").iterdir()] == []


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
@pytest.mark.parametrize("out", ["mine", "data/raw/mine", "reports/experiments/mine", "../data/model"])
def test_other_folders_are_not(words: tuple[str, ...], out: str, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone)
    result = CliRunner().invoke(app, [*words, out], catch_exceptions=False)
    assert "belongs to the pipeline" not in result.stderr


@pytest.mark.parametrize("words", COMMANDS[:3], ids=[words[0] for words in COMMANDS[:3]])
@pytest.mark.parametrize("out", ["", " "])
def test_an_empty_out_is_refused(
    words: tuple[str, ...], out: str, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clone / "photographs").mkdir()
    monkeypatch.chdir(clone)
    result = CliRunner().invoke(app, [*words, out], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (
        2, "error: --out '': is empty; name a folder, or . for the current one\n",
    )  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_links_in_a_circle_are_one_line(words: tuple[str, ...], clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone)
    Path("one").symlink_to("two")
    Path("two").symlink_to("one")
    result = CliRunner().invoke(app, [*words, "one/mine"], catch_exceptions=False)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: one/mine: Symlink loop")
    assert result.stderr.count("\n") == 1

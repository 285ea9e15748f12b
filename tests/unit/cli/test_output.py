"""No command writes where the pipeline would delete what it wrote."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossnet.cli import app
from tests.unit.analysis.made import PARAMS

COMMANDS = (
    ("compare", "--out"),
    ("claims", "--out"),
    ("translate", "photographs", "--to", "b", "--out"),
    ("export", "--data", "some", "--licence", "some", "elsewhere"),
)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What of a clone tells that it is one."""
    monkeypatch.setattr("crossnet.analysis.revisions.read_params", lambda root, commit: PARAMS)
    for name in ("dvc.yaml", "stages/own.py"):
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


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_links_in_a_circle_are_one_line(words: tuple[str, ...], clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone)
    Path("one").symlink_to("two")
    Path("two").symlink_to("one")
    result = CliRunner().invoke(app, [*words, "one/mine"], catch_exceptions=False)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: one/mine: Symlink loop")
    assert result.stderr.count("\n") == 1

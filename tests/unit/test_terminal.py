"""Nothing that a file or a server is called or says is obeyed by the terminal."""

import ast
import io
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.progress import progress
from crossnet.terminal import say
from tests.unit.test_architecture import ROOT, sources

HOSTILE = "\x1b]0;PWNED\x07\x1b[31mred"


def test_escape_codes_are_shown_and_results_are_apart_from_messages(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    say("0.913 ± 0.008", result=True)
    said = capsys.readouterr()
    assert said.err == "\\x1b]0;PWNED\\x07\\x1b[31mred\n"
    assert said.out == "0.913 ± 0.008\n"


def test_characters_that_the_terminal_does_not_have_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    say("1 ± 2", result=True)
    terminal.seek(0)
    assert terminal.read() == "1 \\xb1 2\n"


@pytest.mark.parametrize(
    "words",
    [
        ["translate", HOSTILE, "--to", "b", "--out", "out"],
        ["translate", "one", HOSTILE, "--to", "b", "--out", "out"],
        ["translate", "one", f"--{HOSTILE}"],
        ["compare", "--figure", HOSTILE],
        [HOSTILE],
    ],
)
def test_a_refused_word_of_the_command_line_is_shown_without_escape_codes(words: list[str]) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "\\x1b]0;" in result.stderr
    assert "\x1b]" not in result.stderr


def test_a_bar_says_what_it_is_of_without_escape_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress("ab", 2, HOSTILE, "files")) == ["a", "b"]
    assert "\\x1b]0;PWNED" in terminal.getvalue()
    assert "\x1b]0;" not in terminal.getvalue()


def test_there_is_no_second_way_to_the_terminal() -> None:
    ways = ("print", "typer.echo", "typer.secho", "sys.stderr.write", "sys.stdout.write", "warnings.warn")
    calls = [
        f"{file}:{node.lineno}"
        for file in sources("crossnet", "stages")
        for node in ast.walk(ast.parse(Path(ROOT, file).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ways
    ]
    assert [call.partition(":")[0] for call in calls] == ["crossnet/terminal.py"]

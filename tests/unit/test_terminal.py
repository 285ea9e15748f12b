"""Messages and progress on the terminal; no name of a file and no answer of a server can send an escape code."""

import ast
import io
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crossnet.cli import app
from crossnet.terminal import echo, progress
from tests.unit.test_architecture import ROOT, sources

HOSTILE = "\x1b]0;PWNED\x07\x1b[31mred"


def test_escape_codes_are_shown_and_results_are_apart_from_messages(capsys: pytest.CaptureFixture[str]) -> None:
    echo(HOSTILE)
    echo("0.913 ± 0.008", result=True)
    said = capsys.readouterr()
    assert said.err == "\\x1b]0;PWNED\\x07\\x1b[31mred\n"
    assert said.out == "0.913 ± 0.008\n"


def test_characters_that_the_terminal_does_not_have_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    echo("1 ± 2", result=True)
    terminal.seek(0)
    assert terminal.read() == "1 \\xb1 2\n"


@pytest.mark.parametrize(
    "words",
    [
        ["translate", HOSTILE, "--to", "b", "--out", "out"],
        ["plan", HOSTILE],
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


def test_elsewhere_than_on_a_terminal_it_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress(range(3), 3, "counting", "numbers")) == [0, 1, 2]
    told = capsys.readouterr()
    assert told.err == "counting: 3/3 numbers, 0 s, 0 s left\n"
    assert told.out == ""


def test_every_so_often_there_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    list(progress("ab", 2, "reading", "letters", every_s=0))
    assert [line.split(",")[0] for line in capsys.readouterr().err.splitlines()] == [
        "reading: 1/2 letters",
        "reading: 2/2 letters",
    ]


def test_items_are_taken_one_by_one() -> None:
    taken = []
    for item in progress(iter(range(3)), 3, "counting", "numbers"):
        taken.append(item)
        if item == 1:
            break
    assert taken == [0, 1]

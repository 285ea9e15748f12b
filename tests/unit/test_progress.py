"""Progress passes things through, and tells how far it is."""

import pytest

from crossnet.progress import progress


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

"""Paths of params.yaml mean what a user means by them, wherever an experiment runs."""

from pathlib import Path

import pytest

from stages.sources import place


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("../mine", "/a/repository/../mine"),
        ("/an/archive.zip", "/an/archive.zip"),
        ("~/mine", "/home/somebody/mine"),
        ("a/~/b", "/a/repository/a/~/b"),
    ],
)
def test_where_a_path_is(text: str, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert place(Path("/a/repository"), text) == Path(wanted)

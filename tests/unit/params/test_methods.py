"""What methods declare, read from their modules without importing them."""

import importlib
from pathlib import Path

import pytest

from crossnet.params import methods
from crossnet.params.methods import Declared, declared
from tests.support.tiny import METHODS


@pytest.mark.parametrize("name", METHODS)
def test_what_is_declared_is_what_the_module_has(name: str) -> None:
    module = importlib.import_module(f"crossnet.methods.{name}")
    options = getattr(module, "OPTIONS", {})
    assert declared()[name] == Declared(tuple(module.LOSSES), options, module.METHOD.paired)


def test_a_tuple_lists_the_choices_of_an_option() -> None:
    method = Declared((), {"kind": ("clip", "penalty"), "rate": 0.5}, False)
    assert method.defaults == {"kind": "clip", "rate": 0.5}


@pytest.mark.parametrize("losses", ["BASE | {}", "{**BASE}", "dict(BASE)"])
def test_losses_that_are_not_written_out_are_an_error(
    losses: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(f"BASE = {{}}\nLOSSES = {losses}\nMETHOD = object\n")
    monkeypatch.setattr(methods, "FOLDER", tmp_path)
    declared.cache_clear()
    try:
        with pytest.raises(TypeError, match=r"mine\.py: LOSSES has to be a dictionary that is written out"):
            declared()
    finally:
        declared.cache_clear()


def test_a_class_says_that_it_learns_from_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text("LOSSES = {}\nclass Mine:\n    paired = True\nMETHOD = Mine\n")
    monkeypatch.setattr(methods, "FOLDER", tmp_path)
    declared.cache_clear()
    try:
        assert declared() == {"mine": Declared((), {}, True)}
    finally:
        declared.cache_clear()

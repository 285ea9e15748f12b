"""What methods declare, read from their modules without importing them."""

from pathlib import Path

import pytest

from crossnet.params import methods
from crossnet.params.methods import Declared, declared


def test_losses_and_options_are_those_of_the_modules() -> None:
    from crossnet.methods import crossnet, cyclegan

    assert declared() == {
        "crossnet": Declared(tuple(crossnet.LOSSES), crossnet.OPTIONS, False),
        "cyclegan": Declared(tuple(cyclegan.LOSSES), {}, False),
    }


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

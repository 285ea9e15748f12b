"""A user's own files are copied as they are, whatever they are."""

import shutil
from pathlib import Path

import pytest

from crossnet.data.base import SourceError
from tests.support.datasets import dataset, run_at

SIDES = ("trainA", "trainB", "testA", "testB")


def fetch(source: Path, raw: Path) -> None:
    dataset("folder", path=str(source)).fetch(raw, run_at(raw.parent / "store"))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    for side in SIDES:
        (tmp_path / "mine" / side).mkdir(parents=True)
        (tmp_path / "mine" / side / "ein Pferd ü.jpg").write_bytes(side.encode())
        (tmp_path / "mine" / side / "IMG_1.HEIC").write_bytes(b"a telephone's")
        (tmp_path / "mine" / side / ".DS_Store").touch()
        (tmp_path / "mine" / side / "older.png").mkdir()
    return tmp_path / "mine"


def test_every_file_is_copied_byte_for_byte_but_hidden_ones(mine: Path, tmp_path: Path) -> None:
    fetch(mine, tmp_path / "raw")
    copied = {str(p.relative_to(tmp_path / "raw")): p.read_bytes() for p in (tmp_path / "raw").rglob("*.*")}
    photographs = {f"{side}/ein Pferd ü.jpg": side.encode() for side in SIDES}
    assert copied == photographs | {f"{side}/IMG_1.HEIC": b"a telephone's" for side in SIDES}


def test_masks_are_copied_if_there_are_any(mine: Path, tmp_path: Path) -> None:
    (mine / "masksA").mkdir()
    (mine / "masksA" / "ein Pferd ü.png").touch()
    fetch(mine, tmp_path / "raw")
    assert (tmp_path / "raw" / "masksA" / "ein Pferd ü.png").exists()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("empty", "reason"), [(True, "no images"), (False, "no such folder")])
def test_a_missing_or_empty_side_is_named_with_the_layout(
    mine: Path, tmp_path: Path, side: str, empty: bool, reason: str
) -> None:
    shutil.rmtree(mine / side)
    if empty:
        (mine / side).mkdir()
        (mine / side / ".DS_Store").touch()
    wanted = f"^[^\n]*/{side}: {reason}; [^\n]*expected [^\n]*{{trainA,trainB,testA,testB}}[^\n]*masksA$"
    with pytest.raises(SourceError, match=wanted):
        fetch(mine, tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_a_folder_that_is_not_there_is_named_with_the_key(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^[^\n]*/absent: no such folder; [^\n]*the task's path[^\n]*$"):
        fetch(tmp_path / "absent", tmp_path / "raw")


def test_validation_sides_are_copied_if_there_are_both(mine: Path, tmp_path: Path) -> None:
    shutil.copytree(mine / "testA", mine / "validA")
    with pytest.raises(
        SourceError, match=r"validB: no images, but there is validA; bring both validation sides, or none$"
    ):
        fetch(mine, tmp_path / "raw")
    shutil.copytree(mine / "testB", mine / "validB")
    fetch(mine, tmp_path / "raw")
    assert (tmp_path / "raw" / "validB" / "IMG_1.HEIC").exists()

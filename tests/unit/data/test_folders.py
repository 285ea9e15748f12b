"""Two folders are dealt out to training and test, every file once."""

from pathlib import Path

import pytest
from PIL import Image

from crossnet.data.base import SourceError
from tests.support.datasets import dataset, run_at
from tests.support.littered import litter


def fetch(a: Path, b: Path, raw: Path, test_share: float, seed: int) -> None:
    options = dataset("folders", a=str(a), b=str(b), test_share=test_share, seed=seed)
    options.fetch(raw, run_at(raw.parent / "store"))


def fill(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number} ü.jpg").write_bytes(f"{folder.name} {number}".encode())
    return folder


def dealt(folder: Path) -> dict[str, set[str]]:
    return {side.name: {path.name for path in side.iterdir()} for side in folder.iterdir()}


def test_every_file_is_on_one_side(tmp_path: Path) -> None:
    fetch(fill(tmp_path / "a", 20), fill(tmp_path / "b", 3), tmp_path, 0.1, 0)
    (found := dealt(tmp_path)).pop("a"), found.pop("b")
    assert {side: len(names) for side, names in found.items()} == {"trainA": 18, "testA": 2, "trainB": 2, "testB": 1}
    assert not found["trainA"] & found["testA"]
    assert (tmp_path / "testA" / min(found["testA"])).read_bytes().startswith(b"a ")


def test_companions_are_dealt_out_to_nothing_and_pipes_are_not_opened(tmp_path: Path) -> None:
    a, b = fill(tmp_path / "a", 9), fill(tmp_path / "b", 9)
    litter(a)
    (b / "README.txt").write_text("from my holiday")
    for seed in range(5):
        fetch(a, b, tmp_path / f"{seed}", 0.1, seed)
        found = dealt(tmp_path / f"{seed}")
        assert {name.partition(" ")[2] for names in found.values() for name in names} == {"ü.jpg"}
        assert sum(map(len, found.values())) == 18


def test_what_does_not_decode_takes_no_place_of_the_test(tmp_path: Path) -> None:
    a, b = fill(tmp_path / "a", 3), fill(tmp_path / "b", 3)
    Image.new("RGB", (4, 4)).save(a / "whole.png")
    for seed in range(5):
        fetch(a, b, tmp_path / f"{seed}", 0.1, seed)
        assert dealt(tmp_path / f"{seed}")["testA"] == {"whole.png"}


def test_one_more_file_moves_at_most_one_other_to_another_side(tmp_path: Path) -> None:
    for name, count in (("few", 30), ("more", 31)):
        fetch(fill(tmp_path / name / "a", count), fill(tmp_path / name / "b", 2), tmp_path / name, 0.2, 0)
    few, more = (dealt(tmp_path / name) for name in ("few", "more"))
    assert len(few["testA"] - more["testA"]) <= 1


def test_folders_within_one_are_not_read_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = fill(tmp_path / "a", 2), fill(tmp_path / "b", 2)
    fill(a / "holiday", 3)
    fetch(a, b, tmp_path, 0.5, 0)
    assert f"{a}: passes over 1 folder in it, not read: holiday\n" in capsys.readouterr().err
    assert len(dealt(tmp_path)["trainA"] | dealt(tmp_path)["testA"]) == 2


def test_the_seed_deals(tmp_path: Path) -> None:
    a, b = fill(tmp_path / "a", 30), fill(tmp_path / "b", 30)
    sides = []
    for seed in (0, 0, 1):
        raw = tmp_path / f"{len(sides)}"
        raw.mkdir()
        fetch(a, b, raw, 0.3, seed)
        sides.append(dealt(raw))
    assert sides[0] == sides[1] != sides[2]


@pytest.mark.parametrize(("count", "said"), [(0, "no images; wanted two"), (1, "one image; wanted two")])
def test_too_few_are_told(count: int, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said):
        fetch(fill(tmp_path / "a", count), fill(tmp_path / "b", 5), tmp_path, 0.1, 0)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"b: no such folder; wanted one with the photographs of B"):
        fetch(fill(tmp_path / "a", 3), tmp_path / "b", tmp_path, 0.1, 0)

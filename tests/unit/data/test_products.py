"""A user's own product photographs are copied with their folders, and scenery is dealt out."""

from pathlib import Path

import pytest
from PIL import Image

from crossnet.data.base import SourceError
from tests.support.datasets import dataset, run_at
from tests.support.littered import litter


def fetch(raw: Path, folders: list[Path]) -> None:
    dataset("products", folders=[*map(str, folders)]).fetch(raw, run_at(raw.parent / "store"))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    for name in ("boots/1.png", "boots/sale/2.png", "hats/1.png"):
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9), "white").save(tmp_path / "mine" / name)
    return tmp_path / "mine"


def test_folders_keep_their_products_apart(mine: Path, tmp_path: Path) -> None:
    fetch(tmp_path / "raw", [mine / "boots", mine / "hats"])
    found = {
        path.relative_to(tmp_path / "raw/products").as_posix() for path in (tmp_path / "raw/products").rglob("*.*")
    }
    assert found == {"0/1.png", "0/sale/2.png", "1/1.png"}
    assert {path.name for path in (tmp_path / "raw/scenery").iterdir()} == {"train", "valid", "test"}


def test_folders_are_listed_by_the_rule_of_all_tasks(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    litter(mine / "boots/caf\udce9")  # Latin-1 bytes, which DVC cannot hash
    Image.new("RGB", (9, 9), "white").save(mine / "boots/caf\udce9/3.png")
    (mine / "boots/sale/2.CR3").touch()
    (mine / "boots/round").symlink_to(mine / "boots")
    fetch(tmp_path / "raw", [mine / "boots"])
    products = tmp_path / "raw/products/0"
    found = {path.relative_to(products).as_posix() for path in products.rglob("*") if path.is_file()}
    assert found == {"1.png", "sale/2.png", "caf%E9/3.png"}
    told = capsys.readouterr().err
    assert "boots: passes over 1 folder in it, not read: round\n" in told
    assert "boots/sale: passes over 1 file that is no image: 1 .cr3\n" in told
    assert "passes over 3 entries that are no files: gone.jpg (a link to nothing), " in told


@pytest.mark.parametrize(("name", "reason"), [("absent", "no such folder"), ("empty", "no images in it")])
def test_a_folder_without_products_is_named_before_anything(mine: Path, tmp_path: Path, name: str, reason: str) -> None:
    (mine / "empty").mkdir()
    with pytest.raises(SourceError, match=rf"^{mine / name}: {reason}; wanted photographs of products"):
        fetch(tmp_path / "raw", [mine / "hats", mine / name])
    assert not (tmp_path / "raw").exists()

"""Products come by category and number, scenery beside them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from crossnet.data.base import Archive, SourceError
from tests.support.archived import archived, picture, tree
from tests.support.datasets import dataset, run_at

SHOES = {
    f"{category}/{kind}/{brand}/{number}.{k}.jpg": picture(number + k)
    for number, (category, kind, brand) in enumerate(
        [("Shoes", "Oxfords", "A.P.C."), ("Shoes", "Heels", "L'Artiste"), ("Boots", "Ankle", "Ärzte & Co")], 7
    )
    for k in range(3)
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    root = "ut-zap50k-images-square"
    files = {f"{root}/{name}": content for name, content in SHOES.items()} | {f"{root}/a/._x.jpg": b"", "b.jpg": b""}
    return archived(tmp_path / "there" / f"{root}.zip", files)


def fetch(
    raw: Path,
    store: Path,
    archive: Archive,
    categories: Sequence[str] = (),
    most: int | None = None,
    seed: int = 0,
    scenery: Path | None = None,
) -> None:
    place = None if scenery is None else str(scenery)
    changed = {"categories": [*categories], "max_products": most, "seed": seed, "scenery": place}
    dataset("zappos", **dict(archive), **changed).fetch(raw, run_at(store, task="zappos"))


def fetched(
    tmp_path: Path,
    archive: Archive,
    categories: Sequence[str] = (),
    most: int | None = None,
    seed: int = 0,
    scenery: Path | None = None,
) -> dict[str, bytes]:
    """With three small photographs for scenery, where no other is named."""
    if scenery is None:
        scenery = tmp_path / "scenery"
        scenery.mkdir(parents=True, exist_ok=True)
        for name in "abc":
            Image.new("RGB", (20, 10)).save(scenery / f"{name}.png")
    raw = tmp_path / f"raw-{seed}-{most}"
    fetch(raw, tmp_path / "store", archive, categories, most, seed, scenery)
    return tree(raw)


def products(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name.removeprefix("products/"): files[name] for name in files if name.startswith("products/")}


def test_all_products_and_the_scenery_are_there_and_nothing_else(tmp_path: Path, archive: Archive) -> None:
    fetch(tmp_path / "raw", tmp_path / "store", archive)
    files = tree(tmp_path / "raw")
    assert products(files) == SHOES
    scenery = {name for name in files if name not in {f"products/{shoe}" for shoe in SHOES}}
    assert len(scenery) >= 5
    assert {Path(name).parent.as_posix() for name in scenery} == {"scenery/train", "scenery/valid", "scenery/test"}


def test_categories_are_those_that_are_named(tmp_path: Path, archive: Archive) -> None:
    files = products(fetched(tmp_path, archive, ["Boots"]))
    assert files == {name: content for name, content in SHOES.items() if name.startswith("Boots/")}


def test_a_seed_chooses_so_many(tmp_path: Path, archive: Archive) -> None:
    first, again = products(fetched(tmp_path, archive, most=4)), products(fetched(tmp_path / "2", archive, most=4))
    assert first == again
    assert len(first) == 4
    assert first.items() <= SHOES.items()
    assert {frozenset(products(fetched(tmp_path, archive, most=4, seed=seed))) for seed in range(1, 5)} != {
        frozenset(first)
    }


def test_more_than_there_are_is_all(tmp_path: Path, archive: Archive) -> None:
    assert products(fetched(tmp_path, archive, most=1000)) == SHOES


def test_scenery_of_the_users_own_is_dealt_out(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "mine").mkdir()
    for number in range(11):
        Image.new("RGB", (20, 10 + number)).save(tmp_path / "mine" / f"Wald ü {number}.png")
    (tmp_path / "mine" / "notes.txt").touch()
    files = fetched(tmp_path, archive, scenery=tmp_path / "mine")
    scenery = {name: files[name] for name in files if name.startswith("scenery/")}
    assert Counter(name.split("/")[1] for name in scenery) == {"train": 7, "valid": 2, "test": 2}
    assert {Path(name).name: content for name, content in scenery.items()} == {
        path.name: path.read_bytes() for path in (tmp_path / "mine").glob("*.png")
    }
    other = fetched(tmp_path, archive, scenery=tmp_path / "mine", seed=1)
    assert {name for name in other if name.startswith("scenery/")} != set(scenery)


@pytest.mark.parametrize(("name", "reason"), [("absent", "no such folder"), ("there", "0 images")])
def test_scenery_that_is_not_there_stops_before_anything(
    tmp_path: Path, archive: Archive, name: str, reason: str
) -> None:
    with pytest.raises(SourceError, match=rf"^{tmp_path / name}: {reason}; [^\n]*$"):
        fetched(tmp_path, archive, scenery=tmp_path / name)
    assert not (tmp_path / "store").exists()


def test_a_category_that_is_not_there_is_named_with_what_is(tmp_path: Path, archive: Archive) -> None:
    with pytest.raises(SourceError, match=r"^[^\n]*no products of Hats; expected [^\n]*Boots/Ankle/Ärzte & Co[^\n]*$"):
        fetched(tmp_path, archive, ["Boots", "Hats"])


def test_an_archive_of_another_layout_is_named_with_what_it_has(tmp_path: Path) -> None:
    other = archived(tmp_path / "other.zip", {"pictures/1.jpg": picture(1)})
    with pytest.raises(SourceError, match=r"^[^\n]*no products; expected [^\n]*found 1 pictures/\*\.jpg$"):
        fetched(tmp_path, other)

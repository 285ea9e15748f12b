"""Ids that every file system takes, from any names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.names import ids

NAMES = st.lists(
    st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=255).filter(lambda name: name[0] != "."),
    unique=True,
    max_size=10,
)
ALIKE = st.lists(
    st.text("aAäÄ. -", min_size=1, max_size=4).filter(lambda name: name[0] != "."), unique=True, max_size=12
)


@given(NAMES | ALIKE)
def test_ids_are_short_ascii_and_told_apart_without_case(names: list[str]) -> None:
    found = ids(names)
    assert len({id_.lower() for id_ in found}) == len(found) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", id_) and len(id_) <= 145 for id_ in found)


@given(NAMES | ALIKE, st.randoms())
def test_an_id_depends_on_no_order(names: list[str], random: object) -> None:
    known = dict(zip(names, ids(names), strict=True))
    mixed = names.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert dict(zip(mixed, ids(mixed), strict=True)) == known


@pytest.mark.parametrize("name", ["n02381460_2.jpg", "7965789.8.jpg", "IMG_0001.JPG", "a-b", "x" * 80 + ".png"])
def test_a_plain_name_is_its_own_id(name: str) -> None:
    assert ids([name]) == [name.removesuffix(".jpg").removesuffix(".JPG").removesuffix(".png")]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["weiß und schön.jpg"], [r"wei-und-schon-[0-9a-f]{8}"]),
        (["馬.jpg"], [r"image-[0-9a-f]{8}"]),
        (["a.jpg", "A.jpg"], [r"a-[0-9a-f]{8}", r"A-[0-9a-f]{8}"]),
        (["a.jpg", "a.png", "b.jpg"], [r"a-[0-9a-f]{8}", r"a-[0-9a-f]{8}", "b"]),
        (["x/a.jpg", "y/a.jpg"], [r"a-[0-9a-f]{8}"] * 2),
        (["-rf.jpg"], [r"rf-[0-9a-f]{8}"]),
        (["x" * 81], [r"x{80}-[0-9a-f]{8}"]),
        (["caf\udce9.jpg"], [r"caf-[0-9a-f]{8}"]),  # bytes that are no UTF-8
    ],
)
def test_any_other_is_made_readable_and_told_apart(names: list[str], wanted: list[str]) -> None:
    found = ids(names)
    assert all(re.fullmatch(pattern, id_) for pattern, id_ in zip(wanted, found, strict=True)), found
    assert len(set(found)) == len(found)


def test_a_name_in_the_way_of_another_gets_a_longer_hash() -> None:
    [taken] = ids(["a b.jpg"])
    found = ids(["a b.jpg", f"{taken}.jpg"])
    assert found[1] == taken
    assert len(found[0]) == len(taken) + 1


def test_two_files_of_a_pair_have_one_id() -> None:
    assert ids(["ä.jpg", "B.jpg"]) == ids(["ä.png", "B.gif"])


def test_a_name_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^a\.jpg: a name that is there twice"):
        ids(["a.jpg", "b.jpg", "a.jpg"])


def test_names_that_differ_in_how_letters_are_composed_are_told_apart() -> None:
    """A Linux file system holds both."""
    composed, apart = ids(["caf\u00e9.png", "cafe\u0301.png"])
    assert composed != apart
    assert ids(["caf\u00e9.png"]) == ids(["cafe\u0301.png"]) == ids(["caf\u00e9.jpg"])

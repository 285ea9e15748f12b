"""What preparation reports, and the way back from a prepared image to its source."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.layout import (
    BOTH_WAYS,
    LayoutError,
    Record,
    Records,
    as_test,
    is_paired,
    known_truth,
    measured_sides,
    read_names,
    translation_names,
    write_names,
)
from crossnet.data.names import MOST_BYTES


def test_a_ledger_counts_by_side() -> None:
    rows = [
        Record("trainA", "x", "trainA/x.jpg"),
        Record("trainA", "y", "trainA/y.jpg", enlarged=True),
        Record("trainB", "z", "trainB/z.jpg"),
        Record("testA", "x", "testA/x.jpg", "unreadable", "empty"),
        Record("testA", "y", "testA/y.jpg", "repeated", "the same picture as testA/w.jpg", enlarged=True),
    ]
    assert Records(rows).report() == {
        "kept": {"trainA": 2, "trainB": 1},
        "enlarged": {"trainA": 1},
        "refused_count": 2,
        "refused": {"testA/x.jpg": "empty", "testA/y.jpg": "the same picture as testA/w.jpg"},
    }


def write(folder: Path, names: dict[str, str]) -> None:
    write_names(folder, Records([Record("testA", id_, f"testA/{name}") for id_, name in names.items()]))


def test_names_lead_back_to_the_sources_of_what_was_kept(tmp_path: Path) -> None:
    rows = [
        Record("testA", "a-1", 'testA/ä,\n"quoted".jpg'),
        Record("testB", "b", "testB/b.jpg"),
        Record("testA", "c", "testA/c.jpg", "unreadable", "empty"),
    ]
    write_names(tmp_path, Records(rows))
    assert read_names(tmp_path, "testA") == {"a-1": 'testA/ä,\n"quoted".jpg'}
    assert read_names(tmp_path, "testB") == {"b": "testB/b.jpg"}


def test_where_there_are_no_names_an_id_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "testA").mkdir()
    (tmp_path / "testA" / "00001.png").touch()
    assert read_names(tmp_path, "testA") == translation_names(tmp_path, "testA") == {"00001": "00001"}


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        pytest.param({"photo-1-ab": "photo 1.jpg"}, {"photo-1-ab": "photo 1"}, id="its source's"),
        pytest.param({"wei-ab": "weiß.tar.jpg"}, {"wei-ab": "weiß.tar"}, id="unicode and dots"),
        pytest.param({"no-ab": "no extension"}, {"no-ab": "no extension"}, id="no extension"),
        pytest.param({"x-1": "x.jpg", "x-2": "x.png"}, {"x-1": "x-1", "x-2": "x-2"}, id="one stem"),
        pytest.param({"x-1": "x.jpg", "x-2": "X.jpg"}, {"x-1": "x-1", "x-2": "x-2"}, id="but for case"),
        pytest.param({"x": "y z.jpg", "y-z": "x.jpg"}, {"x": "y z", "y-z": "y-z"}, id="another's id"),
        pytest.param({"long-1": "ü" * 126}, {"long-1": "long-1"}, id="too long for .png"),
    ],
)
def test_a_translation_has_its_sources_name(names: dict[str, str], wanted: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, names)
    assert translation_names(tmp_path, "testA") == wanted


@given(sources=st.lists(st.text("aAbß. \U0001f40e-", min_size=1, max_size=3), unique=True, max_size=8))
def test_no_two_translations_have_one_name(sources: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("names")
    write(folder, {f"a{i}": name for i, name in enumerate(sources)})
    names = translation_names(folder, "testA")
    assert len({name.casefold() for name in names.values()}) == len(sources)
    assert all(0 < len(name.encode()) <= MOST_BYTES - len(".png") for name in names.values())


def test_sides_that_a_data_set_has_not_are_named_with_what_to_do(tmp_path: Path) -> None:
    for side in ("testA", "testB", "validA"):
        (tmp_path / side).mkdir()
    assert measured_sides(tmp_path, "test") == ("testA", "testB")
    with pytest.raises(
        LayoutError, match=r"^[^\n]*: no validB, which `split: valid` of params.yaml asks for; raise [^\n]*$"
    ):
        measured_sides(tmp_path, "valid")
    (tmp_path / "validB").mkdir()
    assert measured_sides(tmp_path, "valid") == ("validA", "validB")


def test_a_split_is_seen_under_the_names_of_the_test(tmp_path: Path) -> None:
    prepared, view = tmp_path / "prepared", tmp_path / "view"
    view.mkdir()
    for side in ("testA", "testB", "masksA", "validA", "validB", "validMasksA"):
        (prepared / side).mkdir(parents=True)
        (prepared / side / "x.png").write_text(side)
    assert as_test(prepared, "test", view) == prepared
    shown = as_test(prepared, "valid", view)
    found = {side: (shown / side / "x.png").read_text() for side in ("testA", "testB", "masksA")}
    assert found == {"testA": "validA", "testB": "validB", "masksA": "validMasksA"}


def test_each_split_says_whether_it_is_paired() -> None:
    description = {"paired": True, "valid_paired": False}
    assert [is_paired(description, split) for split in ("test", "valid")] == [True, False]
    assert [known_truth(description, split) for split in ("test", "valid")] == [BOTH_WAYS, {}]
    assert not is_paired({"paired": True}, "valid")  # as a data set that was prepared without validation sides says it

"""Paths of params.yaml mean what a user means by them, and all of them are found."""

from pathlib import Path

import pytest

from crossnet.params import load_params
from crossnet.params.places import places
from crossnet.schema import on_disk
from tests.support.committed import PARAMS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("../mine", "/a/repository/../mine"),
        ("/an/archive.zip", "/an/archive.zip"),
        ("~/mine", "/home/somebody/mine"),
        ("a/~/b", "/a/repository/a/~/b"),
        ("file:///an/archive%20b.zip", "/an/archive b.zip"),
        ("file:/an/archive.zip", "/an/archive.zip"),
        ("https://example.org/an/archive.zip", None),
    ],
)
def test_where_a_path_is(text: str, wanted: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert on_disk(Path("/a/repository"), text) == (wanted and Path(wanted))


def test_every_path_and_address_of_a_task_is_found_with_its_key() -> None:
    tasks = load_params(PARAMS).tasks
    found = {name: [key for key, _ in places(task, name)] for name, task in tasks.items()}
    assert {name: keys for name, keys in found.items() if keys} == {
        "folder": ["folder.path"],
        "folders": ["folders.a", "folders.b"],
        **{name: [f"{name}.url"] for name in ("horse2zebra", "apple2orange", "summer2winter", "iphone2dslr_flower")},
        "iphone2dslr": ["iphone2dslr.archives.dped.url"],
        "zappos": ["zappos.url"],
        "elephants": ["elephants.services.openverse", "elephants.services.commons"],
        "products": ["products.folders.0"],
        "hdseg": ["hdseg.photographs.url", "hdseg.masks.url"],
    }
    meshes = tasks["specular2diffuse"].model_copy(update={"meshes": None})
    mended = type(meshes).model_validate(meshes.model_dump() | {"meshes": "../meshes"})
    assert list(places(mended, "t")) == [("t.meshes", "../meshes")]
    archive = tasks["zappos"].model_dump() | {"mirrors": ["/a.zip"], "scenery": "../views"}
    assert [key for key, _ in places(type(tasks["zappos"]).model_validate(archive), "t")] == [
        "t.url", "t.mirrors.0", "t.scenery",
    ]  # fmt: skip

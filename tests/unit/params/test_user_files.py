"""Nothing of the user's is lost: what a stage would replace is refused by each stage, however it is started."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crossnet.data.base import Run
from crossnet.data.search import Search
from crossnet.params import Params, load_params
from crossnet.params.user_files import WRITTEN, UserFilesError, places, refuse_user_files
from crossnet.schema import on_disk
from stages.check import check
from stages.fetch import fetch
from stages.prepare import prepare
from tests.support.committed import PARAMS
from tests.unit.test_architecture import STAGES, outs


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clone").mkdir()
    monkeypatch.chdir(tmp_path / "clone")
    monkeypatch.delenv("DVC_ROOT", raising=False)


@cache
def committed() -> Params:
    return load_params(PARAMS)


def params(task: str = "folder", **changed: Any) -> Params:
    """The committed ones with another task, and keys of its block changed; dots are written as two underscores."""
    values = committed().model_dump() | {"task": task}
    for key, value in changed.items():
        block = values["tasks"][task]
        *parents, last = key.split("__")
        for parent in parents:
            block = block[parent]
        block[last] = value
    return Params.model_validate(values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data/fetched/folder", "lies in data/fetched"),
        ("data/prepared/another", "lies in data/prepared"),
        ("./data/../data/model", "is data/model"),
        ("data", "contains data/checked"),
        ("..", "contains data/checked"),
        ("reports/experiments", "lies in reports"),
        (".crossnet/downloads/zappos", "lies in .crossnet"),
        ("crossnet/data", "lies in crossnet"),
        ("by-a-link", "lies in data/translated"),
        ("", "contains data/checked"),
    ],
)
@pytest.mark.parametrize(
    ("task", "key"),
    [
        ("folder", "path"), ("folders", "a"), ("folders", "b"), ("zappos", "scenery"), ("specular2diffuse", "meshes"),
        ("horse2zebra", "url"), ("hdseg", "masks__url"), ("iphone2dslr", "archives__dped__url"),
    ],
)  # fmt: skip
def test_a_path_that_meets_what_the_pipeline_has_is_refused(task: str, key: str, text: str, said: str) -> None:
    Path("data/translated/to_b").mkdir(parents=True)
    Path("by-a-link").symlink_to("data/translated/to_b")
    wanted = rf"^params\.yaml: tasks\.{task}\.{key.replace('__', '.')}: '{text}' {said}, which belongs to the pipeline"
    with pytest.raises(UserFilesError, match=wanted):
        refuse_user_files(params(task, **{key: text}))


@pytest.mark.parametrize("text", ["a\0b", "file:///a%00b", "~nobody-of-this-name/images", "circle/images"])
def test_what_is_no_path_is_refused_with_its_key(text: str) -> None:
    Path("circle").symlink_to("circle")
    with pytest.raises(
        UserFilesError, match=rf"^params\.yaml: tasks\.folder\.path: {re.escape(repr(text))} is no path: "
    ):
        refuse_user_files(params(path=text))


@pytest.mark.parametrize("text", ["../my-images", "data/raw/folder", "photographs", "data-of-mine"])
def test_a_folder_of_the_users_own_is_taken_also_within_the_clone(text: str) -> None:
    refuse_user_files(params(path=text))


def test_mirrors_are_looked_at_and_addresses_of_the_web_are_not() -> None:
    own = Path("data/prepared/a.zip").absolute().as_uri()
    web = ["https://example.org/data/model/a.zip", "http://example.org/"]
    refuse_user_files(params("zappos", mirrors=web))
    with pytest.raises(UserFilesError, match=r"tasks\.zappos\.mirrors\.2: '[^']*' lies in data/prepared"):
        refuse_user_files(params("zappos", mirrors=[*web, own]))


def test_an_experiments_copy_protects_the_repository_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "copy").mkdir()
    monkeypatch.chdir(tmp_path / "copy")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "clone"))
    for path in ("data/fetched/folder", str(tmp_path / "copy/data/model")):
        with pytest.raises(UserFilesError, match=r"lies in data/fetched|is data/model"):
            refuse_user_files(params(path=path))
    refuse_user_files(params(path="../my-images"))


OUTS = {out for stage in STAGES for out in outs(stage)}
FOLDERS = [
    "data", *(own for own in WRITTEN if own.startswith("data/")), "data/fetched/folder", "data/prepared/folder",
    "reports", "reports/training", "reports/training/plots",
    *sorted(out for out in OUTS if out.startswith("reports/") and not Path(out).suffix),
]  # fmt: skip


@pytest.mark.parametrize("place", FOLDERS)
@pytest.mark.parametrize("there", [True, False])
def test_a_link_in_place_of_a_folder_is_refused_and_left(place: str, there: bool, tmp_path: Path) -> None:
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    if there:
        (tmp_path / "disk").mkdir()
    Path(place).symlink_to(tmp_path / "disk")
    with pytest.raises(UserFilesError, match=rf"^{place}: is a link, to [^\n]*/disk, .*dvc cache dir --local"):
        refuse_user_files(params())
    assert Path(place).readlink() == tmp_path / "disk"


def test_a_file_that_dvc_links_to_its_cache_is_no_such_link(tmp_path: Path) -> None:
    (tmp_path / "cached").touch()
    Path("reports").mkdir()
    Path("reports/plots").symlink_to(tmp_path / "cached")
    refuse_user_files(params())


@pytest.mark.parametrize(("place", "stage"), [("data/fetched", fetch), ("data/prepared", prepare)])
@pytest.mark.parametrize("own", ["folder/trainA/own.png", "another/own.png", "notes.txt"])
def test_files_that_no_stage_has_made_are_refused_before_they_are_replaced(
    place: str, stage: Callable[[Params], None], own: str
) -> None:
    path = Path(place, own)
    path.parent.mkdir(parents=True)
    path.touch()
    for each in (check, stage):
        with pytest.raises(UserFilesError, match=rf"^{place}/{own.split('/')[0]}: is not made by the pipeline"):
            each(params())
    assert path.exists()
    assert not Path("data/checked").exists()


def test_an_empty_folder_and_one_of_another_task_are_no_matter() -> None:
    Path("data/fetched/folder").mkdir(parents=True)
    Path("data/prepared/other").mkdir(parents=True)
    Path("data/prepared/other/dataset.json").touch()
    check(params())
    assert Path("data/checked").exists()


def test_a_fetch_that_is_broken_off_leaves_no_folder_that_seems_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(self: Search, folder: Path, run: Run) -> None:
        (folder / "refused.csv").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(Search, "fetch", broken_off)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fetch(params("elephants"))
    check(params("elephants"))
    assert not Path("data/fetched/elephants").exists()


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
def test_a_path_is_resolved_from_the_clone_or_the_users_folder(
    text: str, wanted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        "t.scenery", "t.url", "t.mirrors.0",
    ]  # fmt: skip

"""Specular and diffuse renders: whole, paired in the test, apart in training, the same however many cores there are."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.rendering.meshes import MeshError
from tests.support.archived import tree
from tests.support.datasets import dataset, run_at

TRAIN, TEST, VALID = 3, 2, 1
COUNTS = {"trainA": TRAIN, "trainB": TRAIN, "testA": TEST, "testB": TEST, "validA": VALID, "validB": VALID}
TETRAHEDRON = "v 0 0 0\nv {} 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


def fetched(
    folder: Path, cores: set[int], train: int = TRAIN, test: int = TEST, valid: int = VALID, meshes: Path | None = None
) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda process: cores, raising=False)
        options = dataset("specular2diffuse", seed=5, luminance=[0.2, 0.5], object_size=[0.66, 0.92])
        place = None if meshes is None else str(meshes)
        options.model_copy(update={"meshes": place}).fetch(
            folder, run_at(folder / "store", train=train, test=test, valid=valid)
        )
    return folder


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fetched(tmp_path_factory.mktemp("one"), {0})


def rows(raw: Path) -> list[dict[str, str]]:
    with (raw / "objects.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def picture(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.asarray(image)


def test_two_processes_write_what_one_writes(raw: Path, tmp_path: Path) -> None:
    assert tree(fetched(tmp_path, {0, 1})) == tree(raw)


@pytest.mark.parametrize("side", COUNTS)
def test_every_side_has_its_objects_with_alpha(raw: Path, side: str) -> None:
    paths = sorted((raw / "objects" / side).iterdir())
    assert len(paths) == COUNTS[side]
    for path in paths:
        rgba = picture(path)
        assert len(rgba) == (28 if side.startswith("train") else 24)
        assert (rgba[..., 3].min(), rgba[..., 3].max()) == (0, 255)


def test_no_object_is_on_both_train_sides_or_in_the_test(raw: Path) -> None:
    sides = {side: {row["seed"] for row in rows(raw) if f"/{side}/" in row["file"]} for side in COUNTS}
    assert {side: len(seeds) for side, seeds in sides.items()} == COUNTS
    assert sides["testA"] == sides["testB"]
    assert sides["validA"] == sides["validB"]
    assert len(set.union(*sides.values())) == 2 * TRAIN + TEST + VALID


def test_train_a_has_diffuse_versions_for_supervised_methods(raw: Path) -> None:
    names = [sorted(path.name for path in (raw / "objects" / side).iterdir()) for side in ("trainA", "trainAB")]
    assert names[0] == names[1]
    for name in names[0]:
        a, b = (picture(raw / "objects" / side / name) for side in ("trainA", "trainAB"))
        assert np.array_equal(a[..., 3], b[..., 3])
        assert not np.array_equal(a, b)
    materials = {row["material"] for row in rows(raw) if "/trainAB/" in row["file"]}
    assert materials == {"diffuse"}


def test_the_test_sides_are_pairs_of_one_alpha_and_two_materials(raw: Path) -> None:
    names = [sorted(path.name for path in (raw / "objects" / side).iterdir()) for side in ("testA", "testB")]
    assert names[0] == names[1]
    for name in names[0]:
        a, b = (picture(raw / "objects" / side / name) for side in ("testA", "testB"))
        assert np.array_equal(a[..., 3], b[..., 3])
        assert not np.array_equal(a, b)


def test_the_manifest_has_a_row_for_each_file_in_their_order(raw: Path) -> None:
    assert [row["file"] for row in rows(raw)] == sorted(name for name in tree(raw) if name.startswith("objects/"))
    for row in rows(raw):
        is_a = row["file"].split("/")[1].endswith("A")
        assert row["material"] in (("lacquer", "roughconductor") if is_a else ("diffuse",))
        if not is_a:
            assert float(row["mean_luminance"]) == pytest.approx(float(row["luminance"]), abs=0.02)


def with_meshes(folder: Path, count: int) -> Path:
    folder.mkdir()
    for i in range(count):
        (folder / f"mesh {i}.obj").write_text(TETRAHEDRON.format(1 + i))
    return folder


def test_meshes_take_turns_with_the_families_each_in_one_group(tmp_path: Path) -> None:
    meshes = with_meshes(tmp_path / "meshes", 4)
    raw = fetched(tmp_path / "raw", {0, 1}, train=9, test=9, valid=9, meshes=meshes)
    shown = {
        side: {r["family"] for r in rows(raw) if f"/{side}/" in r["file"] and r["family"].endswith(".obj")}
        for side in ("trainA", "trainB", "testA", "validA")
    }
    assert sorted(len(names) for names in shown.values()) == [1, 1, 1, 1]
    assert set.union(*shown.values()) == {f"mesh {i}.obj" for i in range(4)}
    for row in rows(raw):
        if row["family"].endswith(".obj"):
            assert 0.01 < (picture(raw / row["file"])[..., 3] / 255).mean() < 0.8


def test_an_unreadable_mesh_is_named_before_anything_is_rendered(tmp_path: Path) -> None:
    meshes = with_meshes(tmp_path / "meshes", 4)
    (meshes / "mesh 1.obj").write_text("<html>")
    with pytest.raises(MeshError, match=r"^[^\n]*/mesh 1\.obj: [^\n]*; mend or remove it$"):
        fetched(tmp_path / "raw", {0}, meshes=meshes)
    assert not list(tmp_path.rglob("*.png"))


@pytest.mark.parametrize(("count", "found"), [(0, "no mesh"), (1, "1 mesh,"), (3, "3 meshes,")])
def test_too_few_meshes_for_the_groups_are_refused(tmp_path: Path, count: int, found: str) -> None:
    with pytest.raises(MeshError, match=rf"^[^\n]*/meshes: {found}[^\n]*wanted[^\n]*$"):
        fetched(tmp_path / "raw", {0}, meshes=with_meshes(tmp_path / "meshes", count))

"""Plain and striped renders: pairs where they are measured, apart in training, the same on any number of cores."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.support.archived import tree
from tests.support.datasets import dataset, run_at

COUNTS = {"trainA": 3, "trainB": 3, "testA": 2, "testB": 2, "validA": 1, "validB": 1}


def fetched(folder: Path, cores: set[int]) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda process: cores, raising=False)
        dataset("stripes", seed=5, luminance=[0.3, 0.6], object_size=[0.5, 0.85]).fetch(
            folder, run_at(folder / "store", samples=4)
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
def test_every_side_has_its_objects(raw: Path, side: str) -> None:
    paths = sorted((raw / "objects" / side).iterdir())
    assert len(paths) == COUNTS[side]
    assert {len(picture(path)) for path in paths} == {28 if side.startswith("train") else 24}
    assert {row["striped"] for row in rows(raw) if f"/{side}/" in row["file"]} == {str(side.endswith("B"))}


def test_no_object_is_in_two_sets(raw: Path) -> None:
    seeds = {side: {row["seed"] for row in rows(raw) if f"/{side}/" in row["file"]} for side in COUNTS}
    assert {side: len(found) for side, found in seeds.items()} == COUNTS
    assert (seeds["testA"], seeds["validA"]) == (seeds["testB"], seeds["validB"])
    assert len(set.union(*seeds.values())) == 9


@pytest.mark.parametrize("split", ["test", "valid"])
def test_a_pair_has_one_alpha_and_stripes_in_b_alone(raw: Path, split: str) -> None:
    for path in sorted((raw / "objects" / f"{split}A").iterdir()):
        a, b = picture(path), picture(raw / "objects" / f"{split}B" / path.name)
        assert np.array_equal(a[..., 3], b[..., 3])
        plain, striped = (each[each[..., 3] == 255][:, :3] @ [0.299, 0.587, 0.114] for each in (a, b))
        assert (striped > plain + 10).mean() > 0.1  # light bands
        assert (striped < 0.6 * plain).mean() > 0.15  # dark ones


def test_train_a_has_striped_versions_for_supervised_methods(raw: Path) -> None:
    names = [sorted(path.name for path in (raw / "objects" / side).iterdir()) for side in ("trainA", "trainAB")]
    assert names[0] == names[1]
    for name in names[0]:
        a, b = (picture(raw / "objects" / side / name) for side in ("trainA", "trainAB"))
        assert len(a) == len(b) == 28
        assert np.array_equal(a[..., 3], b[..., 3])
        assert not np.array_equal(a[..., :3], b[..., :3])
    striped = {row["file"].split("/")[1]: row["striped"] for row in rows(raw)}
    assert (striped["trainA"], striped["trainAB"]) == ("False", "True")


def test_every_split_has_scenery(raw: Path) -> None:
    assert {path.name for path in (raw / "scenery").iterdir()} == {"train", "valid", "test"}

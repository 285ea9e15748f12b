"""The default task's raw material: the same bytes however many cores there are."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.datasets import dataset, run_at

TRAIN, TEST, VALID = 3, 2, 1


def fetch(raw: Path, valid: int = VALID) -> None:
    options = dataset("sculptures", seed=5, luminance=[0.15, 0.8], object_size=[0.4, 0.8])
    options.fetch(raw, run_at(raw / "store", valid=valid))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetched by one process."""
    folder = tmp_path_factory.mktemp("one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda process: {0}, raising=False)
        fetch(folder)
    return folder


def rows(raw: Path) -> list[dict[str, str]]:
    with (raw / "objects.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_two_processes_write_what_one_writes(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1}, raising=False)
    fetch(tmp_path)
    assert files(tmp_path) == files(raw)


@pytest.mark.parametrize(
    ("side", "count", "size"),
    [("trainA", TRAIN, 28), ("trainB", TRAIN, 28), ("testA", TEST, 24), ("validA", VALID, 24)],
)
def test_every_side_has_its_objects_with_alpha(raw: Path, side: str, count: int, size: int) -> None:
    paths = sorted((raw / "objects" / side).iterdir())
    assert len(paths) == count
    for path in paths:
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("RGBA", (size, size))
            alpha = np.asarray(image)[..., 3]
        assert alpha.min() == 0
        assert alpha.max() == 255


def test_no_object_is_on_two_sides(raw: Path) -> None:
    assert len({row["seed"] for row in rows(raw)}) == 2 * TRAIN + TEST + VALID
    assert len({path.name for path in (raw / "objects").rglob("*.png")}) == 2 * TRAIN + TEST + VALID


def test_the_manifest_has_a_row_for_each_file_and_what_it_measured(raw: Path) -> None:
    assert {row["file"] for row in rows(raw)} == {name for name in files(raw) if name.startswith("objects/")}
    for row in rows(raw):
        assert float(row["mean_luminance"]) == pytest.approx(float(row["luminance"]), abs=0.02)


def test_every_split_has_scenery_of_its_own(raw: Path) -> None:
    names = [{path.name for path in (raw / "scenery" / split).glob("*.png")} for split in ("train", "valid", "test")]
    assert min(map(len, names)) >= 3
    assert sum(map(len, names)) == len(set.union(*names))


def test_what_is_held_out_for_validation_changes_no_other_object(raw: Path, tmp_path: Path) -> None:
    fetch(tmp_path, valid=0)
    without = {name: content for name, content in files(tmp_path).items() if name.endswith(".png")}
    assert without == {name: content for name, content in files(raw).items() if name in without}
    assert not (tmp_path / "objects/validA").exists()

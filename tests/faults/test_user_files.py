"""The only copy of a user's images, laid where the pipeline works: what DVC and the stages then do."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML

from tests.support.cloned import fresh, hashes, run, set_parameter

SIDES = ("trainA", "trainB", "testA", "testB")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("user") / "clone"
    folder.mkdir()
    fresh(folder)
    return folder


def lay_images(folder: Path) -> dict[str, str]:
    """Lay one image a side there, and something else; their hashes."""
    for number, side in enumerate(SIDES):
        (folder / side).mkdir(parents=True)
        pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / side / "own.png")
    (folder / "notes.txt").write_text("mine")
    return hashes(folder)


def message(output: str) -> str:
    [line] = [line for line in output.splitlines() if line.startswith("error: ")]
    return line


def test_an_experiment_touches_no_images_in_data_raw(clone: Path) -> None:
    before = lay_images(clone / "data/raw/folder")
    path = "tasks.folder.path=data/raw/folder"
    output = run(clone, "dvc", "exp", "run", "-S", "task=folder", "-S", path, "fetch")
    assert "copying: 4/4 files" in output
    assert (clone / "data/fetched/folder/trainA/own.png").exists()
    assert hashes(clone / "data/raw/folder") == before
    run(clone, "git", "checkout", "--quiet", ".")


def test_images_in_folders_of_the_pipeline_stop_it_before_dvc_removes_them(clone: Path) -> None:
    places = [clone / "data/fetched/folders", clone / "data/prepared/folders"]
    before = [lay_images(place) for place in places]
    set_parameter(clone, "task", "folders")
    output = run(clone, "dvc", "repro", "prepare", wanted=255)
    assert message(output).startswith("error: data/fetched/folders: is not made by the pipeline")
    assert [hashes(place) for place in places] == before
    for place in places:
        place.rename(clone.parent / f"{place.parent.name}-{place.name}")
    run(clone, "git", "checkout", "--quiet", ".")


def test_a_folder_that_is_a_link_stops_it_and_its_target_stays(clone: Path) -> None:
    before = lay_images(clone.parent / "photographs")
    (clone / "data/fetched").mkdir(parents=True, exist_ok=True)
    link = clone / "data/fetched/folders"
    link.symlink_to(clone.parent / "photographs")
    set_parameter(clone, "task", "folders")
    for command in (("dvc", "repro", "fetch"), ("python", "-m", "stages.fetch")):
        line = message(run(clone, *command, wanted=None))
        assert line.startswith("error: data/fetched/folders: is a link, to ")
        assert hashes(clone.parent / "photographs") == before
    assert link.is_symlink()
    link.unlink()
    run(clone, "git", "checkout", "--quiet", ".")


def test_a_task_whose_name_leads_out_stops_it_and_nothing_is_removed(clone: Path) -> None:
    before, victim = lay_images(clone.parent / "victim"), str(clone.parent / "victim")
    yaml, path = YAML(), clone / "params.yaml"
    values = yaml.load(path)
    commands = (
        (victim, ("dvc", "repro", "fetch")),
        ("../../../victim", ("python", "-m", "stages.fetch")),
        ("../../../victim", ("dvc", "exp", "run", "fetch")),
    )
    for name, command in commands:
        values["tasks"][name] = dict(values["tasks"]["folder"])
        values["task"] = name
        yaml.dump(values, path)
        assert "is no name; wanted" in message(run(clone, *command, wanted=None))
        assert hashes(clone.parent / "victim") == before
    run(clone, "git", "checkout", "--quiet", ".")

"""Photographs come with their masks out of two archives of a layout that is not known beforehand."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crossnet.data.base import Archive, SourceError
from crossnet.data.download.download import DownloadError
from tests.faults.stage import ENVIRONMENT, set_parameters
from tests.support.archived import archived, encoded, picture, tree
from tests.support.datasets import dataset, run_at

BOX = np.zeros((12, 12), np.uint8)
BOX[3:8, 2:9] = 255
MASK = encoded(Image.fromarray(BOX))


def both(folder: Path, photos: dict[str, bytes], masks: dict[str, bytes]) -> list[Archive]:
    return [archived(folder / "there" / "HDSeg.tar", photos), archived(folder / "there" / "data.tar", masks)]


def fetch(raw: Path, store: Path, archives: list[Archive], category: str | None, sums: Path | None = None) -> None:
    options = dataset("hdseg", photographs=archives[0], masks=archives[1], category=category)
    options.fetch(raw, run_at(store, sums, task="hdseg"))


def fetched(folder: Path, archives: list[Archive], category: str | None = "horse") -> dict[str, bytes]:
    fetch(folder / "raw", folder / "store", archives, category)
    return tree(folder / "raw")


def pixels(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("L"))


def test_photographs_that_have_a_mask_are_there_with_it_and_nothing_else(tmp_path: Path) -> None:
    photos = {f"HDSeg/horse/{n}.jpg": picture(i) for i, n in enumerate(["n01_1", "n01_2", "ohne Maske"])}
    photos |= {"HDSeg/dog/n02_1.jpg": picture(7), "HDSeg/horse/readme.txt": b"x", "HDSeg/horse/.n01_2.jpg": b""}
    masks = {f"data/gt/{n}.png": MASK for n in ("n01_1", "n01_2", "n02_1", "ohne Bild")}
    files = fetched(tmp_path, both(tmp_path, photos, masks))
    assert files == {f"photos/{n}.jpg": photos[f"HDSeg/horse/{n}.jpg"] for n in ("n01_1", "n01_2")} | {
        f"masks/{n}.png": MASK for n in ("n01_1", "n01_2")
    }


def test_photographs_and_masks_may_be_in_one_archive(tmp_path: Path) -> None:
    archives = both(tmp_path, {"x/1.jpg": picture(1), "x/1_mask.png": MASK}, {"code/run.py": b""})
    assert set(fetched(tmp_path, archives, None)) == {"photos/1.jpg", "masks/1.png"}


def test_where_no_name_says_mask_the_second_archive_has_them(tmp_path: Path) -> None:
    archives = both(tmp_path, {"HDSeg/horse/1.jpg": picture(1)}, {"data/horse/1.png": MASK})
    assert set(fetched(tmp_path, archives)) == {"photos/1.jpg", "masks/1.png"}


@pytest.mark.parametrize("high", [1, 2, 100])
@pytest.mark.parametrize("palette", [False, True])
def test_labels_become_black_and_white(tmp_path: Path, high: int, palette: bool) -> None:
    labels = Image.fromarray(np.where(BOX > 0, high, 0).astype(np.uint8))
    if palette:
        labels.putpalette([0, 0, 0] + [100, 0, 0] * 255)
    archives = both(tmp_path, {"x/1.jpg": picture(1)}, {"masks/1.png": encoded(labels)})
    assert np.array_equal(pixels(fetched(tmp_path, archives)["masks/1.png"]), BOX)


def test_an_unreadable_mask_stays_as_it_is(tmp_path: Path) -> None:
    archives = both(tmp_path, {"x/1.jpg": picture(1)}, {"m/masks/1.png": b"<html>"})
    assert fetched(tmp_path, archives)["masks/1.png"] == b"<html>"


def test_archives_put_there_by_hand_need_no_address(tmp_path: Path) -> None:
    archives = both(tmp_path, {"x/1.jpg": picture(1)}, {"m/masks/1.png": MASK})
    (tmp_path / "there").rename(tmp_path / "store")
    assert set(fetched(tmp_path, archives)) == {"photos/1.jpg", "masks/1.png"}


def test_a_second_time_needs_no_address_either_and_the_checksum_is_kept(tmp_path: Path) -> None:
    archives = both(tmp_path, {"x/1.jpg": picture(1)}, {"m/masks/1.png": MASK})
    fetch(tmp_path / "raw", tmp_path / "store", archives, None, tmp_path / "sums.json")
    for archive in archives:
        Path(archive.url).unlink()
    fetch(tmp_path / "again", tmp_path / "store", archives, None, tmp_path / "sums.json")
    assert tree(tmp_path / "again") == tree(tmp_path / "raw")
    assert {"HDSeg.tar", "data.tar"} <= set((tmp_path / "sums.json").read_text().split('"'))


def test_where_nothing_matches_it_says_what_there_is(tmp_path: Path) -> None:
    archives = both(tmp_path, {"a/1.jpg": picture(1), "a/2.jpg": picture(2)}, {"b/masks/1.mat": b"", "b/3.jpg": b""})
    with pytest.raises(SourceError) as caught:
        fetched(tmp_path, archives)
    message = str(caught.value)
    assert f"{tmp_path}/store/HDSeg.tar and {tmp_path}/store/data.tar: no photograph with a mask" in message
    assert "2 HDSeg/a/*.jpg, 1 data/b/*.jpg, 1 data/b/masks/*.mat" in message
    assert "\n" not in message


def test_what_fits_twice_is_named_with_the_archives(tmp_path: Path) -> None:
    archives = both(tmp_path, {"a/1.jpg": picture(1)}, {"masks/1.png": MASK, "gt/1.png": MASK})
    with pytest.raises(
        SourceError, match=r"^[^\n]*HDSeg\.tar and [^\n]*data/gt/1\.png and data/masks/1\.png fit[^\n]*$"
    ):
        fetched(tmp_path, archives)


def test_what_cannot_be_had_says_what_to_do_by_hand(tmp_path: Path) -> None:
    archives = both(tmp_path, {"x/1.jpg": picture(1)}, {"m/masks/1.png": MASK})
    Path(archives[1].url).unlink()
    with pytest.raises(
        DownloadError,
        match=r"^[^\n]*get data\.tar from http://pub\.ist\.ac\.at[^\n]*store/data\.tar, then run the same again$",
    ):
        fetched(tmp_path, archives)


def test_a_class_with_an_escape_code_in_its_name_is_shown_without_it(tmp_path: Path) -> None:
    """The fetch stage as a process; two masks fit a photograph of the class."""
    masks = {f"data/{folder}/ho\x1b[31mrse/1.png": MASK for folder in ("gt", "masks")}
    archives = both(tmp_path, {"HDSeg/ho\x1b[31mrse/1.jpg": picture(1)}, masks)
    set_parameters(
        tmp_path,
        task="hdseg",
        scale="smoke",
        tasks__hdseg__photographs__url=str(archives[0].url),
        tasks__hdseg__masks__url=str(archives[1].url),
    )
    done = subprocess.run(
        [sys.executable, "-m", "stages.fetch"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert r"ho\x1b[31mrse/1.jpg: masks data/data/gt/ho\x1b[31mrse/1.png and" in done.stderr.splitlines()[-1]
    assert "\x1b" not in done.stderr + done.stdout

"""Rendered objects set into scenery: `sculptures`, after the paper's protocol for Zappos (§5.3), and `stripes`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.base import ObjectsOnScenery, Run
from crossnet.data.layout import (
    BOTH_WAYS,
    FROM_WHITE,
    PAIRED,
    Record,
    Records,
    Split,
    masks_of,
    sides_of,
    split_of,
    write_description,
)
from crossnet.data.preparation.compose import Crops, crop_of_scenery, mask, on_background, on_white
from crossnet.data.preparation.target import Target
from crossnet.files import write_atomically
from crossnet.image_folders import list_images
from crossnet.images import png
from crossnet.terminal import progress

RAW_SIDES = ("testA", "testB", "trainA", "trainB", "validA", "validB", PAIRED)  # in the order of the records


def prepare_objects(
    options: ObjectsOnScenery,
    raw: Path,
    folder: Path,
    run: Run,
    domains: Mapping[str, str],
    b_on_white: bool = False,
) -> Records:
    """Composite the objects of every side: in training each on `backgrounds` crops of scenery, or once on white.

    domains: what "a" and "b" show, in words.
    b_on_white: whether B is on white: testB, validB and trainAB then have the objects of testA, validA and trainA. On
    scenery they have raw objects of their own, of the same names.

    Files of one name in testA and testB, or validA and validB, have the same crop, and a mask; those in trainA and
    trainAB have the same crop.

    Raises OSError for a raw file that does not decode, and ValueError for one of the wrong size.
    """
    load_size, size = run.images.load_size, run.images.size
    crops = Crops(options.scenery_reduction, options.scenery_luminance)
    files = {side: list_images(raw / "objects" / side) for side in RAW_SIDES if (raw / "objects" / side).is_dir()}
    scenery = {split: _photographs(raw / "scenery" / split) for split in {split_of(side) for side in files}}
    splits: list[Split] = ["test", "valid"] if "validA" in files else ["test"]
    folders = ["trainA", "trainB", PAIRED] + [name for split in splits for name in (*sides_of(split), masks_of(split))]
    Target(folder, load_size, size, "stretch").begin(folders)
    records = Records()

    def save(side: str, name: str, pixels: NDArray[np.uint8]) -> None:
        write_atomically(folder / side / f"{name}.png", png(Image.fromarray(pixels)))
        records.rows.append(Record(side, name, path.relative_to(raw).as_posix()))

    def scenic(rgba: NDArray[np.uint8], side: str, number: int) -> NDArray[np.uint8]:
        rng = np.random.default_rng([options.seed, number])
        photographs = scenery[split_of(side)]
        photograph = photographs[rng.integers(len(photographs))]
        return on_background(rgba, crop_of_scenery(photograph, len(rgba), crops, rng))

    every = [path for paths in files.values() for path in paths]
    for path in progress(every, len(every), "compositing", "objects"):
        side, number = path.parent.name, int(path.stem)
        split = split_of(side)
        rgba = _object(path, load_size if split == "train" else size)
        if side == "trainB" and b_on_white:
            save(side, path.stem, on_white(rgba))
        elif split == "train":
            for turn in range(run.images.backgrounds):
                save(side, f"{path.stem}-{turn}", scenic(rgba, side, number + turn * 10**6))
                if b_on_white:
                    save(PAIRED, f"{path.stem}-{turn}", on_white(rgba))
        else:
            save(side, path.stem, scenic(rgba, side, number))
            if side.endswith("A"):
                save(masks_of(split), path.stem, mask(rgba))
            if b_on_white:
                save(f"{split}B", path.stem, on_white(rgba))
    truth = FROM_WHITE if b_on_white else BOTH_WAYS
    write_description(folder, records, run.task, domains, splits, load_size, size, truth)
    return records


def _photographs(folder: Path) -> list[Image.Image]:
    photographs = []
    for path in list_images(folder):
        with Image.open(path) as image:
            photographs.append(image.convert("RGB"))
    return photographs


def _object(path: Path, size: int) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        if image.mode != "RGBA" or image.size != (size, size):
            raise ValueError(f"{path}: {image.mode} {image.size}, wanted RGBA {(size, size)}; run `dvc repro -f fetch`")
        return np.asarray(image)

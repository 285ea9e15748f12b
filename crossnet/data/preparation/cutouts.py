"""Photographs with masks, after the paper's protocol for HDSeg (§5.3): photographs <-> other foregrounds on white."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PIL import Image

from crossnet.data.layout import FROM_WHITE, PAIRED, Record, Records
from crossnet.data.names import ids, stem_of
from crossnet.data.preparation.checks import files_of
from crossnet.data.preparation.decoding import MaskError, decode, masks_by_name, read_mask
from crossnet.data.preparation.recipe import Description, Photo, carry_out, with_truth
from crossnet.data.preparation.splits import TrainTestSplit, ValidationSplit, shares, split
from crossnet.data.preparation.target import Target, digest_of, unreadable

LAYOUT = "photos/<name>.jpg and masks/<name>.png"


def prepare(
    raw: Path,
    target: Target,
    dataset: Description,
    train_test: TrainTestSplit,
    validation: ValidationSplit,
    workers: int | None = None,
) -> Records:
    """Split the photographs of raw/photos out: train A has some as they are, train B others' foregrounds on
    white, test A the rest as they are, with their masks in masksA and their own foregrounds in test B. trainAB has the
    foregrounds of train A.

    A mask has the name of its photograph. What does not decode, has no mask that fits it, or is there twice is left out
    with its reason. Raises PreparationError for a folder that is missing or empty and for fewer than three photographs,
    and RefusedError as `recipe.carry_out` does.
    """
    layout = f"{raw}/{{{LAYOUT}}}"
    photos = files_of(raw / "photos", layout)
    files_of(raw / "masks", layout)
    masks = masks_by_name(raw / "masks")
    names = [path.name for path in photos]
    parts = shares(train_test.test_share)
    jobs = [
        Photo(path, id_, side, masks.get(stem_of(path.name)))
        for path, id_, side in zip(photos, ids(names), split(names, parts, train_test.seed), strict=True)
    ]
    jobs.sort(key=lambda job: list(parts).index(job.side))
    held = validation.of([job.id for job in jobs if job.side == "trainA"])
    jobs = [replace(job, side="validA") if job.side == "trainA" and job.id in held else job for job in jobs]
    return carry_out(
        partial(_photo, target=target), jobs, target, dataset, *with_truth(bool(held)), workers, FROM_WHITE
    )


def _photo(job: Photo, target: Target) -> list[Record]:
    """Prepare one photograph for its side; one of train A or the test in both versions, and of the test its mask."""
    if job.mask is None:
        return [Record(job.side, job.id, job.file, "unsuitable", f"no mask masks/{job.path.stem}.*")]
    try:
        image = decode(job.path)
        mask = read_mask(job.mask, job.path, image.size)
    except OSError as error:
        return [unreadable(job.side, job.id, job.file, error)]
    except MaskError as error:
        return [Record(job.side, job.id, job.file, "unsuitable", str(error))]
    digest = digest_of(image)
    alone = Image.new("RGB", image.size, "white")
    alone.paste(image, mask=mask.resize(image.size, Image.Resampling.NEAREST))
    if job.side == "trainB":
        return [target.put(alone, job.side, job.id, job.file, digest)]
    if job.side == "trainA":
        return [
            target.put(image, job.side, job.id, job.file, digest),
            target.put(alone, PAIRED, job.id, job.file, digest),
        ]
    return [
        target.put(image, job.side, job.id, job.file, digest),
        target.put(alone, job.side.replace("A", "B"), job.id, job.file, digest),
        target.put_mask(mask, job.id, job.file, "valid" if job.side == "validA" else "test"),
    ]

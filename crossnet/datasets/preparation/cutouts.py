"""Photographs with masks, after the paper's protocol for HDSeg (§5.3): photographs <-> other foregrounds on white."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from crossnet.datasets.layout import Ledger, Row
from crossnet.datasets.preparation.checks import files_of
from crossnet.datasets.preparation.masks import masks_by_name, read_mask
from crossnet.datasets.preparation.naming import ids
from crossnet.datasets.preparation.recipe import Dataset, carry_out
from crossnet.datasets.preparation.splits import shares, split
from crossnet.datasets.preparation.target import Fit, Target, digest_of, unreadable
from crossnet.images import decode

DOMAINS = {"a": "photographs", "b": "foregrounds on white"}
LAYOUT = "photos/<name>.jpg and masks/<name>.png"


@dataclass(frozen=True)
class Photo:
    """One file to prepare; `side` is trainA, trainB or testA, `mask` None where there is no file of its name."""

    path: Path
    id: str
    side: str
    mask: Path | None

    @property
    def file(self) -> str:
        return f"photos/{self.path.name}"


def prepare(
    raw: Path,
    prepared: Path,
    load_size: int,
    size: int,
    refuse_above: float,
    test_share: float,
    seed: int,
    fit: Fit,
    task: str,
    domains: Mapping[str, str] = DOMAINS,
    workers: int | None = None,
) -> Ledger:
    """Deal the photographs of raw/photos out by a seed: train A has some as they are, train B others' foregrounds on
    white, test A the rest as they are, with their masks in masksA and their own foregrounds in test B.

    A mask has the name of its photograph; `test_share` is the test's. What does not decode, has no mask, or is there
    twice is left out with its reason. Raises PreparationError as `recipe.carry_out` does, for a folder that is missing
    or empty, fewer than three photographs, or a mask that does not fit.
    """
    layout = f"{raw}/{{{LAYOUT}}}"
    photos = files_of(raw / "photos", layout)
    files_of(raw / "masks", layout)
    masks = masks_by_name(raw / "masks")
    names = [path.name for path in photos]
    parts = shares(test_share)
    jobs = [
        Photo(path, id_, side, masks.get(path.stem))
        for path, id_, side in zip(photos, ids(names), split(names, parts, seed), strict=True)
    ]
    jobs.sort(key=lambda job: list(parts).index(job.side))
    target = Target(prepared, load_size, size, fit)
    dataset = Dataset(task, domains, True, True)
    return carry_out(partial(_photo, target=target), jobs, target, dataset, refuse_above, "drop", workers)


def _photo(job: Photo, target: Target) -> list[Row]:
    """Prepare one photograph for its side; one of the test in both versions, and its mask."""
    if job.mask is None:
        return [Row(job.side, job.id, job.file, "unsuitable", f"no mask masks/{job.path.stem}.*")]
    try:
        image = decode(job.path)
    except OSError as error:
        return [unreadable(job.side, job.id, job.file, error)]
    digest = digest_of(image)
    mask = read_mask(job.mask, job.path, image.size)
    alone = Image.new("RGB", image.size, "white")
    alone.paste(image, mask=mask.resize(image.size, Image.Resampling.NEAREST))
    if job.side != "testA":
        return [target.put(image if job.side == "trainA" else alone, job.side, job.id, job.file, digest)]
    return [
        target.put(image, "testA", job.id, job.file, digest),
        target.put(alone, "testB", job.id, job.file, digest),
        target.put_mask(mask, job.id, job.file),
    ]

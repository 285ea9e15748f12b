"""Images that come in sides already, of any size and format, as the square RGB images that training reads."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crossnet.datasets.layout import MASKS, SIDES, Ledger, Row
from crossnet.datasets.preparation.checks import PreparationError, files_of
from crossnet.datasets.preparation.kinds import decode
from crossnet.datasets.preparation.masks import MaskError, masks_by_name, read_mask
from crossnet.datasets.preparation.naming import ids, stem_of
from crossnet.datasets.preparation.recipe import Dataset, carry_out
from crossnet.datasets.preparation.target import Target, digest_of, unreadable


@dataclass(frozen=True)
class Photo:
    """One file to prepare; `mask` is None where it has none."""

    path: Path
    id: str
    mask: Path | None

    @property
    def side(self) -> str:
        return self.path.parent.name

    @property
    def file(self) -> str:
        return f"{self.side}/{self.path.name}"


def prepare(raw: Path, target: Target, dataset: Dataset, paired: bool = False, workers: int | None = None) -> Ledger:
    """Decode every file of `trainA trainB testA testB [masksA]` in full, fit it and resize it as the target wants it:
    images by bicubic, masks by nearest neighbour.

    A mask has the name of its image of testA; if `paired`, so has the image of testB that shows the same. What does not
    decode, and all but one of the same pictures, is left out with its reason. Raises PreparationError when a side is
    missing or empty, or masks or pairs cannot be told apart, and RefusedError as `recipe.carry_out` does.
    """
    layout = f"{raw}/{{{','.join(SIDES)}}} and, if there are any, {MASKS}"
    files = {side: files_of(raw / side, layout) for side in SIDES}
    masks = masks_by_name(raw / MASKS) if (raw / MASKS).is_dir() else None
    if masks is not None or paired:
        _told_apart(files["testA"])
    if paired:
        _told_apart(files["testB"])
        _same_names(files["testA"], files["testB"])
    jobs = [
        Photo(
            path,
            id_,
            masks.get(stem_of(path.name), raw / MASKS / path.stem) if masks is not None and side == "testA" else None,
        )
        for side, paths in files.items()
        for path, id_ in zip(paths, ids([path.name for path in paths]), strict=True)
    ]
    folders = (*SIDES, *[MASKS] * (masks is not None))
    return carry_out(
        partial(_photo, target=target), jobs, target, dataset, folders, ["test"] if paired else [], workers
    )


def _photo(job: Photo, target: Target) -> list[Row]:
    """Prepare one file, and its mask."""
    try:
        image = decode(job.path)
    except OSError as error:
        return [unreadable(job.side, job.id, job.file, error)]
    rows = [target.put(image, job.side, job.id, job.file, digest_of(image))]
    if job.mask is not None:
        rows.append(_mask(job.mask, job, image.size, target))
    return rows


def _mask(path: Path, job: Photo, size: tuple[int, int], target: Target) -> Row:
    """Prepare the mask of a file; where it is missing or does not fit, its row says so."""
    file = f"{MASKS}/{path.name}"
    if not path.exists():
        return Row(MASKS, job.id, file, "unsuitable", f"{path}: no mask of that name for {job.file}")
    try:
        return target.put_mask(read_mask(path, job.path, size), job.id, file)
    except MaskError as error:
        return Row(MASKS, job.id, file, "unsuitable", str(error))


def _told_apart(paths: list[Path]) -> None:
    """Raise PreparationError where a mask or the other of a pair could be of two images."""
    seen: set[str] = set()
    for path in paths:
        if stem_of(path.name) in seen:
            raise PreparationError(f"{path}: a second image of the name {path.stem} in {path.parent.name}; rename one")
        seen.add(stem_of(path.name))


def _same_names(a: list[Path], b: list[Path]) -> None:
    """Raise PreparationError for images whose other side is missing."""
    alone = []
    for one, other in ((a, b), (b, a)):
        names = {stem_of(path.name) for path in other}
        alone += [(path, other[0].parent) for path in one if stem_of(path.name) not in names]
    if alone:
        path, missing_in = alone[0]
        more = f"; so {'is' if len(alone) == 2 else 'are'} {len(alone) - 1} more" if len(alone) > 1 else ""
        raise PreparationError(
            f"{path}: no image of that name in {missing_in}, and these are pairs; add one or remove this{more}"
        )

"""Images that come in sides already, of any size and format, as the square RGB images that training reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crossnet.datasets.layout import MASKS, SIDES, Ledger, Row
from crossnet.datasets.preparation.checks import Leaks, PreparationError, files_of
from crossnet.datasets.preparation.masks import masks_by_name, read_mask
from crossnet.datasets.preparation.naming import ids
from crossnet.datasets.preparation.recipe import Dataset, carry_out
from crossnet.datasets.preparation.target import Fit, Target, digest_of, unreadable
from crossnet.images import decode

DOMAINS = {"a": "images of A", "b": "images of B"}


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


def prepare(
    raw: Path,
    prepared: Path,
    load_size: int,
    size: int,
    refuse_above: float,
    fit: Fit,
    paired: bool,
    leaks: Leaks,
    task: str,
    domains: Mapping[str, str] = DOMAINS,
    workers: int | None = None,
) -> Ledger:
    """Decode every file of `trainA trainB testA testB [masksA]` in full, fit it, resize train sides to `load_size` and
    test sides to `size` by bicubic, masks by nearest neighbour.

    A mask has the name of its image of testA; if `paired`, so has the image of testB that shows the same. What does not
    decode, and all but one of the same pictures, is left out with its reason. Raises PreparationError when the share of
    the unreadable is above `refuse_above`, a side is missing or has none left, masks or pairs do not fit their images,
    and, unless `leaks` is "drop", for a picture of both training and test.
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
            path, id_, masks.get(path.stem, raw / MASKS / path.stem) if masks is not None and side == "testA" else None
        )
        for side, paths in files.items()
        for path, id_ in zip(paths, ids([path.name for path in paths]), strict=True)
    ]
    target = Target(prepared, load_size, size, fit)
    dataset = Dataset(task, domains, paired, masks is not None)
    return carry_out(partial(_photo, target=target), jobs, target, dataset, refuse_above, leaks, workers)


def _photo(job: Photo, target: Target) -> list[Row]:
    """Prepare one file, and its mask."""
    try:
        image = decode(job.path)
    except OSError as error:
        return [unreadable(job.side, job.id, job.file, error)]
    rows = [target.put(image, job.side, job.id, job.file, digest_of(image))]
    if job.mask is not None:
        if not job.mask.exists():
            raise PreparationError(f"{job.mask}: no mask of that name for {job.file}")
        mask = read_mask(job.mask, job.path, image.size)
        rows.append(target.put_mask(mask, job.id, f"{MASKS}/{job.mask.name}"))
    return rows


def _told_apart(paths: list[Path]) -> None:
    """Raise PreparationError where a mask or the other of a pair could be of two images."""
    seen: set[str] = set()
    for path in paths:
        if path.stem in seen:
            raise PreparationError(f"{path}: a second image of the name {path.stem} in {path.parent.name}; rename one")
        seen.add(path.stem)


def _same_names(a: list[Path], b: list[Path]) -> None:
    """Raise PreparationError for an image whose other side is missing."""
    for one, other in ((a, b), (b, a)):
        names = {path.stem for path in other}
        for path in one:
            if path.stem not in names:
                raise PreparationError(
                    f"{path}: no image of that name in {other[0].parent}, and these are pairs; add one or remove this"
                )

"""Images that come in sides already, of any size and format, as the square RGB images that training reads."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from crossnet.data.base import Overlap, Photographs, Run
from crossnet.data.layout import MASKS, PAIRED, SIDES, VALID_SIDES, Record, Records, Split, masks_of, sides_of
from crossnet.data.names import ids, stem_of
from crossnet.data.preparation.checks import PreparationError, files_of
from crossnet.data.preparation.decoding import MaskError, decode, masks_by_name, read_mask
from crossnet.data.preparation.recipe import Description, Photo, carry_out
from crossnet.data.preparation.splits import ValidationSplit
from crossnet.data.preparation.target import Target, digest_of, unreadable
from crossnet.image_folders import list_folder

MASKED = ("testA", "validA")  # sides whose images may have masks


def prepare_photographs(
    options: Photographs,
    raw: Path,
    folder: Path,
    run: Run,
    domains: Mapping[str, str],
    overlap: Overlap,
    seed: int = 0,
    paired: bool = False,
    counterparts: Mapping[Path, Path] | None = None,
) -> Records:
    """Prepare the sides in `raw` into `folder`, as the options of a data set say it.

    domains: what "a" and "b" show, in words.
    overlap: what becomes of a picture of both training and test.
    seed: of the validation split.
    paired: whether files of one name in testA and testB show the same.
    counterparts: by the images of trainA, what they are in B; None: the images of raw/trainAB with their names.
    """
    target = Target(folder, run.images.load_size, run.images.size, options.fit)
    description = Description(run.task, domains, options.max_unreadable, overlap)
    return prepare(raw, target, description, ValidationSplit(run.images.valid, seed), paired, counterparts=counterparts)


def prepare(
    raw: Path,
    target: Target,
    dataset: Description,
    validation: ValidationSplit,
    paired: bool = False,
    workers: int | None = None,
    counterparts: Mapping[Path, Path] | None = None,
) -> Records:
    """Decode every file of `trainA trainB testA testB [masksA] [validA validB [validMasksA]] [trainAB]` in full, fit it
    and resize it as the target wants it: images by bicubic, masks by nearest neighbour.

    Where there are no validation sides, some images of each training side become these. A mask has the name of its
    image of testA or validA; if `paired`, so has the image of testB or validB that shows the same. What does not
    decode, and all but one of the same pictures, is left out with its reason. Raises PreparationError when a side is
    missing or empty, or masks or pairs are ambiguous, and RefusedError as `recipe.carry_out` does.
    """
    layout = f"{raw}/{{{','.join(SIDES)}}} and, if there are any, {MASKS}"
    own = [side for side in VALID_SIDES if (raw / side).is_dir()]
    files = {side: files_of(raw / side, layout) for side in (*SIDES, *(VALID_SIDES if own else ()))}
    splits: list[Split] = ["test", "valid"] if own else ["test"]
    masks = {masks_of(split): _masks(raw, files, split) for split in splits if (raw / masks_of(split)).is_dir()}
    if paired:
        for split in splits:
            a, b = sides_of(split)
            _check_distinct_names(files[a])
            _check_distinct_names(files[b])
            _same_names(files[a], files[b])
    kept = {} if own else {f"train{side}": _held(files[f"train{side}"], validation) for side in "AB"}
    if not all(kept.values()):  # one validation side alone measures nothing
        kept = {}
    jobs = [
        Photo(
            path,
            id_,
            side.replace("train", "valid") if path in kept.get(side, ()) else side,
            masks.get(masks_of("valid" if side == "validA" else "test"), {}).get(path) if side in MASKED else None,
        )
        for side, paths in files.items()
        for path, id_ in zip(paths, ids([path.name for path in paths]), strict=True)
    ]
    if counterparts is None:
        counterparts = _counterparts(raw / PAIRED, files["trainA"])
    jobs += [
        Photo(counterparts[job.path], job.id, PAIRED, None, counterparts[job.path].parent.relative_to(raw).as_posix())
        for job in jobs
        if job.side == "trainA" and job.path in counterparts
    ]
    folders = (*SIDES, *(VALID_SIDES if own or kept else ()), *masks, *([PAIRED] if counterparts else []))
    work = partial(_photo, target=target)
    return carry_out(work, jobs, target, dataset, folders, splits if paired else [], workers)


def _masks(raw: Path, files: Mapping[str, list[Path]], split: Split) -> dict[Path, Path]:
    """The mask of each image of a split's side A, a path that is not there where it has none."""
    folder, images = raw / masks_of(split), files[sides_of(split)[0]]
    _check_distinct_names(images)
    found = masks_by_name(folder)
    return {path: found.get(stem_of(path.name), folder / path.stem) for path in images}


def _counterparts(folder: Path, images: list[Path]) -> dict[Path, Path]:
    """By the images of trainA, those of trainAB with their names; nothing without that folder."""
    if not folder.is_dir():
        return {}
    found = list_folder(folder).images
    _check_distinct_names(images)
    _check_distinct_names(found)
    by_name = {stem_of(path.name): path for path in found}
    return {path: by_name[stem_of(path.name)] for path in images if stem_of(path.name) in by_name}


def _held(paths: list[Path], validation: ValidationSplit) -> set[Path]:
    """The images of a training side that are kept for validation."""
    selected = validation.of([path.name for path in paths])
    return {path for path in paths if path.name in selected}


def _photo(job: Photo, target: Target) -> list[Record]:
    """Prepare one file, and its mask."""
    try:
        image = decode(job.path)
    except OSError as error:
        return [unreadable(job.side, job.id, job.file, error)]
    rows = [target.put(image, job.side, job.id, job.file, digest_of(image))]
    if job.mask is not None:
        rows.append(_mask(job.mask, job, image.size, target))
    return rows


def _mask(path: Path, job: Photo, size: tuple[int, int], target: Target) -> Record:
    """Prepare the mask of a file; where it is missing or does not fit, its row says so."""
    split: Split = "valid" if job.side == "validA" else "test"
    folder = masks_of(split)
    file = f"{folder}/{path.name}"
    if not path.exists():
        return Record(folder, job.id, file, "unsuitable", f"{path}: no mask of that name for {job.file}")
    try:
        return target.put_mask(read_mask(path, job.path, size), job.id, file, split)
    except MaskError as error:
        return Record(folder, job.id, file, "unsuitable", str(error))


def _check_distinct_names(paths: list[Path]) -> None:
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

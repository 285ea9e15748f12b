"""Products on white, after the paper's protocol for Zappos (§5.3): some set into scenery <-> others on white."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from PIL import Image

from crossnet.data.base import Group, ProductsOnWhite, Run
from crossnet.data.layout import FROM_WHITE, PAIRED, Record, Records, Split
from crossnet.data.names import ids, rank
from crossnet.data.preparation.checks import PreparationError
from crossnet.data.preparation.compose import (
    LARGEST,
    Backdrops,
    Crops,
    Placing,
    backdrops,
    mask,
    on_background,
    on_white,
)
from crossnet.data.preparation.decoding import decode
from crossnet.data.preparation.matting import MattingError, cut_out
from crossnet.data.preparation.recipe import Description, carry_out, with_truth
from crossnet.data.preparation.splits import TrainTestSplit, ValidationSplit, shares, split
from crossnet.data.preparation.target import Target, digest_of, unreadable
from crossnet.image_folders import is_image
from crossnet.images import pixels, resized

LAYOUT = "products/**/<name>.jpg on white, and photographs in scenery/{train,valid,test}/"


@dataclass(frozen=True)
class Most:
    """How many products a side has at most."""

    train: int
    test: int

    def of(self, side: str) -> int:
        return self.train if side.startswith("train") else self.test  # held back are as many as was said


@dataclass(frozen=True)
class Product:
    """One file to prepare; `side` is trainA, trainB, testA or validA."""

    path: Path
    file: str
    id: str
    side: str


def prepare_products(
    options: ProductsOnWhite, raw: Path, folder: Path, run: Run, placing: Placing | None = None
) -> Records:
    """Prepare the products in `raw` into `folder`, as the options of a data set say it; `placing` as in `prepare`."""
    domains = {"a": "products on natural scenery", "b": "products on white"}
    return prepare(
        raw,
        Target(folder, run.images.load_size, run.images.size, options.fit),
        Description(run.task, domains, options.max_unreadable, "drop"),
        TrainTestSplit(options.test_share, options.seed),
        Most(run.images.train, run.images.test),
        options.group,
        options.tolerance,
        Crops(options.scenery_reduction, options.scenery_luminance),
        ValidationSplit(run.images.valid, options.seed),
        placing,
    )


def prepare(
    raw: Path,
    target: Target,
    dataset: Description,
    train_test: TrainTestSplit,
    most: Most,
    group: Group,
    tolerance: int,
    crops: Crops,
    validation: ValidationSplit,
    placing: Placing | None = None,
    workers: int | None = None,
) -> Records:
    """Split the products below raw/products into train A, train B and the test, no group in two of them, and set those
    of train A and test A into crops of raw/scenery. Test B has the products of test A on white, masksA their masks, and
    trainAB the products of train A on white.

    train_test: the test's share and the seed.
    most: how many products a side has at most, which the seed selects.
    group: what is in one split.
    tolerance: as in `cut_out`.
    validation: which of train A's groups become validA, with what the test has.
    placing: how each product is scaled and placed in the picture; None for as it was photographed.

    What does not decode, is not on white or is there twice is left out with its reason. Raises PreparationError where
    there are no products, no scenery, or fewer than three groups, and RefusedError as `carry_out` does.
    """
    scenery = backdrops(raw / "scenery", f"{raw}/{{{LAYOUT}}}", crops, train_test.seed)
    products = _below(raw / "products")
    if not products:
        raise PreparationError(f"{raw / 'products'}: no images; expected {raw}/{{{LAYOUT}}}")
    parts = shares(train_test.test_share)
    files = [path.relative_to(raw).as_posix() for path in products]
    sides = split([_group(file, group) for file in files], parts, train_test.seed)
    jobs = [
        Product(path, file, id_, side) for path, file, id_, side in zip(products, files, ids(files), sides, strict=True)
    ]
    train_a = [job for job in jobs if job.side == "trainA"]
    held = validation.of([_group(job.file, group) for job in train_a])
    moved = {job.file for job in train_a if _group(job.file, group) in held}
    jobs = [replace(job, side="validA") if job.file in moved else job for job in jobs]
    selected = [job for side in (*parts, "validA") for job in _first(jobs, side, most.of(side), train_test.seed)]
    work = partial(_product, target=target, scenery=scenery, tolerance=tolerance, placing=placing)
    return carry_out(work, selected, target, dataset, *with_truth(bool(moved)), workers, FROM_WHITE)


def _below(folder: Path) -> list[Path]:
    """The images of a folder and the folders in it, hidden ones left out, sorted by their paths."""
    paths = (path for path in folder.rglob("*") if path.is_file() and is_image(path))
    return sorted(path for path in paths if not any(p.startswith(".") for p in path.relative_to(folder).parts))


def _brought_down(image: Image.Image) -> Image.Image:
    """An image with edges of at most LARGEST pixels: cutting out takes fifty bytes a pixel."""
    scale = LARGEST / max(image.size)
    if scale >= 1:
        return image
    return resized(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))


def _group(file: str, group: Group) -> str:
    path = PurePosixPath(file)
    return str(path.parent) if group == "folder" else str(path.parent / path.name.split(".")[0])


def _first(jobs: Sequence[Product], side: str, count: int, seed: int) -> list[Product]:
    """At most so many products of a side, by a seeded rule, in the order of their files."""
    own = sorted((job for job in jobs if job.side == side), key=lambda job: rank(seed, job.file))
    return sorted(own[:count], key=lambda job: job.file)


def _product(job: Product, target: Target, scenery: Backdrops, tolerance: int, placing: Placing | None) -> list[Record]:
    """Prepare one product for its side; one of train A and of the test in both versions, and of the test where it is.

    It is set into scenery at its own size, so that both are as sharp.
    """
    try:
        image = _brought_down(decode(job.path))
        rgba = cut_out(pixels(image), tolerance)
    except OSError as error:
        return [unreadable(job.side, job.id, job.file, error)]
    except MattingError as error:
        return [Record(job.side, job.id, job.file, "unsuitable", str(error))]
    digest = digest_of(image)
    if placing is not None:
        rgba = placing.place(rgba, target.edge(job.side), job.file)
        image = Image.fromarray(on_white(rgba))
    if job.side == "trainB":
        return [target.put(image, job.side, job.id, job.file, digest)]
    on_scenery = Image.fromarray(on_background(rgba, scenery.crop(image.size, job.side, job.file)))
    rows = [target.put(on_scenery, job.side, job.id, job.file, digest)]
    if job.side == "trainA":
        rows.append(target.put(image, PAIRED, job.id, job.file, digest))
    else:
        split: Split = "valid" if job.side == "validA" else "test"
        rows.append(target.put(image, f"{split}B", job.id, job.file, digest))
        rows.append(target.put_mask(Image.fromarray(mask(rgba)), job.id, job.file, split))
    return rows

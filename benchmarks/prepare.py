"""Images a second of preparation, where the time goes, and the memory: `python -m benchmarks.prepare folder|products`.

`folder` prepares photographs of 256x256 on all cores, beside Pillow alone on one, in turns, so that what else the
machine does meets both alike. Both decode the same JPEG files in full, resize them to 286x286 by bicubic and save PNG
files with the same compression; preparation also hashes the pixels, names, checks and accounts for each file.

`products` prepares drawings of shoes as the task zappos does at the paper's scale, all that there are: the white is
found from the border inwards and replaced by scenery.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from benchmarks import shoes
from benchmarks.usage import Stopwatch, memory, timed
from crossnet.data.layout import SIDES
from crossnet.data.preparation import products as on_white
from crossnet.data.preparation import sides
from crossnet.data.preparation.compose import Crops, backdrops, mask, on_background
from crossnet.data.preparation.decoding import decode
from crossnet.data.preparation.matting import background, cut_out
from crossnet.data.preparation.parallel import each
from crossnet.data.preparation.products import Most
from crossnet.data.preparation.recipe import Description
from crossnet.data.preparation.splits import TrainTestSplit, ValidationSplit
from crossnet.data.preparation.target import COMPRESS_LEVEL, Target, digest_of, write
from crossnet.data.rendering.scenery import PHOTOGRAPHS, photograph, save_backdrops
from crossnet.data.zappos import Zappos
from crossnet.images import pixels
from crossnet.params import load_params
from crossnet.processes import cores

EDGE, LOAD_SIZE, SIZE = 256, 286, 256
PARTS = 2
SAMPLE = 400  # files, of which the steps are timed one by one
DATASET = Description("benchmark", {"a": "a", "b": "b"}, 0.0, "drop")
FOLDERS = 40  # of shoes: what is of one folder is on one side

app = typer.Typer(help="Images a second of preparation, where the time goes, and the memory.", no_args_is_help=True)
Images = Annotated[int, typer.Argument(help="How many images to make and prepare.")]


@app.command("folder")
def folder(images: Images = 2000) -> None:
    """Photographs as they are, beside Pillow alone on one core."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        jobs = [
            (work / f"raw-{part}" / SIDES[i % 4] / f"{i:06d}.jpg", i)
            for part in range(PARTS)
            for i in range(part * images // PARTS, (part + 1) * images // PARTS)
        ]
        _make(_draw, jobs)
        ours, alone = np.zeros(2), np.zeros(2)
        for part in range(PARTS):
            target = Target(work / f"prepared-{part}", LOAD_SIZE, LOAD_SIZE, "stretch")
            ours += timed(partial(sides.prepare, work / f"raw-{part}", target, DATASET))
            alone += timed(partial(_pillow, work / f"raw-{part}", work / f"pillow-{part}"))
        print(f"{images} images of {EDGE}x{EDGE} to {LOAD_SIZE}x{LOAD_SIZE}, PNG at compress_level {COMPRESS_LEVEL}")
        _tell(f"preparation, {cores()} cores", images, ours)
        _tell("Pillow alone, one core", images, alone)
        free = alone[1] / (ours[1] / cores())
        print(f"ratio: {alone[0] / ours[0]:.2f} (by processors' time, had nothing else run: {free:.2f})")
        print(f"peak memory of all processes, at most: {memory():.0f} MiB")
        print(f"of a file's time on one core: {_steps([path for path, _ in jobs[:SAMPLE]], work)}")


@app.command("products")
def products(images: Images = 2000) -> None:
    """Shoes on white, some of them set into scenery, by the parameters of zappos."""
    task = next(each for each in load_params(Path("params.yaml")).tasks.values() if isinstance(each, Zappos))
    crops = Crops(task.scenery_reduction, task.scenery_luminance)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        jobs = [(work / f"raw/products/{i % FOLDERS}/{i:06d}.jpg", i) for i in range(images)]
        _make(_shoe, jobs)
        save_backdrops(work / "raw/scenery")
        target = Target(work / "prepared", LOAD_SIZE, SIZE, task.fit)
        most, none = Most(images, images), ValidationSplit(0, 0)
        spent = timed(
            partial(
                on_white.prepare,
                work / "raw",
                target,
                DATASET,
                TrainTestSplit(task.test_share, task.seed),
                most,
                task.group,
                task.tolerance,
                crops,
                none,
            )
        )
        print(f"{images} products of {shoes.EDGE}x{shoes.EDGE}, to {LOAD_SIZE}x{LOAD_SIZE} or {SIZE}x{SIZE}")
        _tell(f"preparation, {cores()} cores", images, spent)
        print(f"peak memory of all processes, at most: {memory():.0f} MiB")
        found = _scenic_steps([path for path, _ in jobs[:SAMPLE]], work, task.tolerance, crops)
        print(f"of the time of a product on scenery on one core: {found}")


def _make(draw: Callable[[tuple[Path, int]], None], jobs: list[tuple[Path, int]]) -> None:
    for parent in {path.parent for path, _ in jobs}:
        parent.mkdir(parents=True)
    for _ in each(draw, jobs, "drawing"):
        pass


def _shoe(job: tuple[Path, int]) -> None:
    shoes.draw(*job)


def _draw(job: tuple[Path, int]) -> None:
    """One JPEG: a random piece of a photograph, turned, mirrored, tinted, with noise."""
    path, number = job
    rng = np.random.default_rng(number)
    picture = Image.fromarray(photograph(list(PHOTOGRAPHS)[rng.integers(len(PHOTOGRAPHS))]))
    edge = int(rng.integers(120, min(picture.size)))
    x, y = int(rng.integers(picture.width - edge + 1)), int(rng.integers(picture.height - edge + 1))
    piece = picture.crop((x, y, x + edge, y + edge)).resize((EDGE, EDGE), Image.Resampling.BICUBIC)
    values = np.rot90(np.asarray(piece, dtype=np.float64), int(rng.integers(4)))
    values = values * rng.uniform(0.6, 1.2, 3) + rng.normal(0, rng.uniform(0, 6), values.shape)
    Image.fromarray(values.clip(0, 255).astype(np.uint8)).save(path, quality=int(rng.integers(75, 96)))


def _pillow(raw: Path, out: Path) -> None:
    """The same work in a plain loop."""
    for side in SIDES:
        (out / side).mkdir(parents=True)
        for path in sorted((raw / side).iterdir()):
            with Image.open(path) as image:
                resized = image.convert("RGB").resize((LOAD_SIZE, LOAD_SIZE), Image.Resampling.BICUBIC)
            resized.save(out / side / f"{path.stem}.png", compress_level=COMPRESS_LEVEL)


def _tell(what: str, images: int, spent: NDArray[np.float64]) -> None:
    wall, cpu = spent
    print(f"{what}: {images / wall:.1f} images/s ({wall:.1f} s, {cpu:.1f} s of processors' time)")


def _steps(paths: list[Path], work: Path) -> str:
    """Where one process's time goes, file after file: each step alone, and what the recipe does beside them."""
    watch = Stopwatch()
    for path in paths:
        image = watch("decode", decode, path)
        _last_steps(watch, image, image, work)
    return watch.told(len(paths))


def _scenic_steps(paths: list[Path], work: Path, tolerance: int, crops: Crops) -> str:
    """The same of products that are set into scenery; what is found of the white is found again within the matting."""
    scenery, watch = backdrops(work / "raw/scenery", "", crops, 0), Stopwatch()
    for path in paths:
        image = watch("decode", decode, path)
        rgb = pixels(image)
        watch("find the white", background, 255 - rgb.min(-1).astype(np.int16), tolerance)
        rgba = watch("matting", cut_out, rgb, tolerance)
        crop = watch("crop scenery", scenery.crop, image.size, "trainA", path.name)
        composite = watch("composite", on_background, rgba, crop)
        watch("composite", mask, rgba)
        _last_steps(watch, image, Image.fromarray(composite), work)
    watch.spent["matting"] -= watch.spent["find the white"]
    return watch.told(len(paths))


def _last_steps(watch: Stopwatch, image: Image.Image, made: Image.Image, work: Path) -> None:
    resized = watch("resize", made.resize, (LOAD_SIZE, LOAD_SIZE), Image.Resampling.BICUBIC)
    watch("encode", write, resized, work / "step.png")
    watch("hash", digest_of, image)


if __name__ == "__main__":
    app()

"""The raw files of a data set of rendered objects: `objects/<side>/00000.png` (RGBA) and `objects.csv`."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.base import Images, ObjectsOnScenery, Run
from crossnet.data.layout import PAIRED
from crossnet.data.rendering.scenery import SURROUNDINGS, panoramas, save_backdrops
from crossnet.data.rendering.sculpture import Sculpture, draw
from crossnet.files import write_atomically, write_csv
from crossnet.images import LUMA, png
from crossnet.processes import cores, end_with_parent
from crossnet.terminal import progress

Panoramas = Sequence[NDArray[np.float32]]
Item = TypeVar("Item")
Result = TypeVar("Result")


_panoramas: list[NDArray[np.float32]] = []


def render_all(work: Callable[[Item, Panoramas], Result], jobs: Sequence[Item], panoramas: Panoramas) -> list[Result]:
    """The results of `work(job, panoramas)`, in the order of the jobs, from all cores; reports progress.

    `work` is a function of a module, and jobs and results are values, since they go from process to process. What it
    raises is raised here, and jobs that have not begun are dropped.
    """
    with ProcessPoolExecutor(
        cores(), mp_context=get_context("spawn"), initializer=_start, initargs=(panoramas,)
    ) as pool:
        results = pool.map(partial(_with_panoramas, work), jobs, chunksize=4)
        return list(progress(results, len(jobs), "rendering", "objects"))


def _start(panoramas: Panoramas) -> None:
    end_with_parent()
    _panoramas[:] = panoramas


def _with_panoramas(work: Callable[[Item, Panoramas], Result], job: Item) -> Result:
    return work(job, _panoramas)


def write_manifest(folder: Path, renders: Sequence[tuple[Path, Sculpture, float]]) -> None:
    """Write objects.csv to folder: files relative to it, and the mean luminance that each object came to."""
    rows = [
        {"file": path.relative_to(folder).as_posix(), "mean_luminance": round(mean, 4)} | s.row()
        for path, s, mean in renders
    ]
    write_csv(folder / "objects.csv", [[*rows[0]], *([*row.values()] for row in rows)])


def mean_luminance(rgba: NDArray[np.uint8]) -> float:
    """Of (H, W, 4) sRGB the mean over the object, weighted by alpha, in [0, 1]."""
    alpha = rgba[..., 3] / 255
    return float((rgba[..., :3] @ LUMA / 255 * alpha).sum() / alpha.sum())


Rendered = dict[str, tuple[Sculpture, NDArray[np.uint8]]]  # by domain: what was rendered, and (size, size, 4)


@dataclass(frozen=True)
class Job:
    """One object: `files` by domain, `size` in pixels a side, `samples` paths a pixel, `mesh` None for its family's."""

    sculpture: Sculpture
    mesh: Path | None
    files: Mapping[str, Path]
    size: int
    samples: int


def groups(images: Images) -> list[tuple[str, int]]:
    """List the sets, which share no object, and how many objects each has, without empty ones.

    The validation's is the last, so that no other depends on it.
    """
    found = [("test", images.test), ("trainA", images.train), ("trainB", images.train), ("valid", images.valid)]
    return [(group, count) for group, count in found if count]


def render_objects(
    folder: Path,
    images: Images,
    draw: Callable[[int, str, int], tuple[Sculpture, Path | None]],
    render: Callable[[Job, NDArray[np.float32]], Rendered],
    domains: str = "AB",
) -> None:
    """Render the objects of every set, on all cores that may be used.

    folder: gets `objects/{trainA,trainB,testA,testB,validA,validB,trainAB}` and `objects.csv`, a row for each file with
    all that shaped it.
    draw: index of the object, its set, its place in the set -> the object and its mesh.
    render: a function of a module, for an object and the panorama that lights it.
    domains: of the test and the validation sets, in which each object is rendered; so is each of train A, whose version
        of domain B is trainAB's.

    The files depend on the arguments alone, not on the number of cores.
    """
    jobs: list[Job] = []
    for group, count in groups(images):
        is_train = group.startswith("train")
        sides = (group,) if is_train else tuple(f"{group}{domain}" for domain in domains)
        sides += (PAIRED,) * (group == "trainA" and "B" in domains)
        for side in sides:
            (folder / "objects" / side).mkdir(parents=True)
        for place in range(count):
            sculpture, mesh = draw(len(jobs), group, place)
            files = {side[-1]: folder / "objects" / side / f"{len(jobs):05d}.png" for side in sides}
            jobs.append(Job(sculpture, mesh, files, images.load_size if is_train else images.size, images.samples))
    rows = [row for found in render_all(partial(_render_one, render), jobs, panoramas()) for row in found]
    write_manifest(folder, sorted(rows, key=lambda row: row[0]))


def render_objects_on_scenery(
    options: ObjectsOnScenery,
    folder: Path,
    run: Run,
    render: Callable[[Job, NDArray[np.float32]], Rendered],
    domains: str = "AB",
) -> None:
    """Render the objects of a data set as `render_objects`, and save the photographs to set them into."""

    def drawn(index: int, group: str, place: int) -> tuple[Sculpture, None]:
        return draw(options.seed, index, len(SURROUNDINGS), options.luminance, options.object_size), None

    save_backdrops(folder / "scenery")
    render_objects(folder, run.images, drawn, render, domains)


def _render_one(
    render: Callable[[Job, NDArray[np.float32]], Rendered], job: Job, lights: Panoramas
) -> list[tuple[Path, Sculpture, float]]:
    """Render one object into its files. Returns the manifest's rows."""
    rendered = render(job, lights[job.sculpture.surroundings])
    for domain, file in job.files.items():
        write_atomically(file, png(Image.fromarray(rendered[domain][1])))
    return [(file, rendered[domain][0], mean_luminance(rendered[domain][1])) for domain, file in job.files.items()]

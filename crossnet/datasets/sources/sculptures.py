"""The default task's raw material: rendered sculptures with alpha, and photographs of scenery to set them in.

Layout written: `objects/{testA,trainA,trainB}/00000.png` (RGBA, the alpha is the mask), `scenery/<name>.png`,
`objects.csv` (a row for each object: all that shaped it). The three sets share no object.
"""

import csv
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.datasets.rendering.render import Sculpture, draw, render
from crossnet.datasets.sources.scenery import SURROUNDINGS, panorama, photograph, save_backdrops
from crossnet.images import LUMA
from crossnet.progress import progress

_panoramas: list[NDArray[np.float32]] = []


def fetch(
    folder: Path, seed: int, luminance: tuple[float, float], train: int, test: int, sizes: tuple[int, int], samples: int
) -> None:
    """Render `train` objects for each train side and `test` for the test side, over all cores that it may use.

    sizes: pixels a side of train and of test renders. luminance: range of the objects' mean luminance, in [0, 1].
    The files depend on the arguments alone, not on the number of cores.
    """
    save_backdrops(folder / "scenery")
    sculptures = [draw(seed, i, len(SURROUNDINGS), luminance) for i in range(test + 2 * train)]
    split = ["testA"] * test + ["trainA"] * train + ["trainB"] * train
    paths = [folder / "objects" / side / f"{i:05d}.png" for i, side in enumerate(split)]
    for side in set(split):
        (folder / "objects" / side).mkdir(parents=True)
    jobs = [(s, path, sizes[path.parent.name == "testA"], samples) for s, path in zip(sculptures, paths, strict=True)]
    means = _render_all(jobs)
    with (folder / "objects.csv").open("w", newline="") as stream:
        rows = [
            {"file": str(path.relative_to(folder)), "mean_luminance": round(mean, 4)} | s.row()
            for s, path, mean in zip(sculptures, paths, means, strict=True)
        ]
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def cores() -> int:
    """How many cores this process may use, where the platform tells; how many there are elsewhere."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _render_all(jobs: Sequence[tuple[Sculpture, Path, int, int]]) -> list[float]:
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn"), initializer=_start) as pool:
        return list(progress(pool.map(_render_one, jobs, chunksize=4), len(jobs), "rendering", "objects"))


def _start() -> None:
    _panoramas.extend(panorama(photograph(name)) for name in SURROUNDINGS)


def _render_one(job: tuple[Sculpture, Path, int, int]) -> float:
    """Render one object into its file; returns the mean luminance over the object, in [0, 1]."""
    sculpture, path, size, samples = job
    rgba = render(sculpture, size, samples, _panoramas[sculpture.surroundings])
    Image.fromarray(rgba).save(path)
    alpha = rgba[..., 3] / 255
    return float((rgba[..., :3] @ LUMA / 255 * alpha).sum() / alpha.sum())

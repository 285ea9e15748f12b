"""The default task's raw material: rendered sculptures with alpha, and photographs of scenery to set them in.

Layout written: `objects/{testA,trainA,trainB}/00000.png` (RGBA, the alpha is the mask), `scenery/<name>.png`,
`objects.csv` (a row for each object: all that shaped it). The three sets share no object.
"""

from pathlib import Path

from PIL import Image

from crossnet.datasets.rendering.manifest import mean_luminance, write_manifest
from crossnet.datasets.rendering.render import render
from crossnet.datasets.rendering.sculpture import Sculpture, draw
from crossnet.datasets.rendering.workers import Panoramas, render_all
from crossnet.datasets.sources.scenery import SURROUNDINGS, panoramas, save_backdrops
from crossnet.files import write_whole
from crossnet.images import png

Job = tuple[Sculpture, Path, int, int]  # what, where to, pixels a side, samples


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
    means = render_all(_render_one, jobs, panoramas())
    write_manifest(folder, list(zip(paths, sculptures, means, strict=True)))


def _render_one(job: Job, lights: Panoramas) -> float:
    """Render one object into its file; returns the mean luminance over the object, in [0, 1]."""
    sculpture, path, size, samples = job
    rgba = render(sculpture, size, samples, lights[sculpture.surroundings])
    write_whole(path, png(Image.fromarray(rgba)))
    return mean_luminance(rgba)

"""The raw material of `sculptures`: rendered objects with alpha, and photographs of scenery to set them into.

Layout written: `objects/{testA,trainA,trainB,validA}/00000.png` (RGBA, the alpha is the mask),
`scenery/{train,valid,test}/<name>.png`, `objects.csv` (a row for each object: all that shaped it). No object is in two
of the sets.
"""

from pathlib import Path

from PIL import Image

from crossnet.data.rendering.manifest import mean_luminance, write_manifest
from crossnet.data.rendering.render import render
from crossnet.data.rendering.sculpture import Sculpture, Span, draw
from crossnet.data.rendering.workers import Counts, Panoramas, render_all
from crossnet.data.sources.scenery import SURROUNDINGS, panoramas, save_backdrops
from crossnet.files import write_atomically
from crossnet.images import png

Job = tuple[Sculpture, Path, int, int]  # what, where to, pixels a side, samples


def fetch(
    folder: Path, seed: int, luminance: Span, extent: Span, counts: Counts, sizes: tuple[int, int], samples: int
) -> None:
    """Render the objects of every set, over all cores that may be used.

    folder: where to, empty.
    seed: of the objects.
    luminance: range of the objects' mean luminance, in [0, 1].
    extent: range of the share of the picture's side that an object takes.
    counts: objects of each set.
    sizes: pixels a side of training renders, and of all others.
    samples: paths a pixel.

    The files depend on the arguments alone, not on the number of cores.
    """
    save_backdrops(folder / "scenery")
    jobs: list[Job] = []
    for group, count in counts.groups():
        side = group if group.startswith("train") else f"{group}A"
        (folder / "objects" / side).mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            sculpture = draw(seed, len(jobs), len(SURROUNDINGS), luminance, extent)
            path = folder / "objects" / side / f"{len(jobs):05d}.png"
            jobs.append((sculpture, path, sizes[not group.startswith("train")], samples))
    means = render_all(_render_one, jobs, panoramas())
    write_manifest(folder, [(path, s, mean) for (s, path, _, _), mean in zip(jobs, means, strict=True)])


def _render_one(job: Job, lights: Panoramas) -> float:
    """Render one object into its file; returns the mean luminance over the object, in [0, 1]."""
    sculpture, path, size, samples = job
    rgba = render(sculpture, size, samples, lights[sculpture.surroundings])
    write_atomically(path, png(Image.fromarray(rgba)))
    return mean_luminance(rgba)

"""The raw material of `stripes`: plain objects, striped objects, and photographs of scenery to set them into.

Layout written: `objects/{trainA,trainB,testA,testB,validA,validB}/00000.png` (RGBA, the alpha is the mask; A is plain,
B striped), `scenery/{train,valid,test}/<name>.png`, `objects.csv` (a row for each file: all that shaped it). Train A,
train B, the test and the validation sides share no object. Files of one name in testA and testB, and in validA and
validB, are one object in one pose, place and light: the truth of both directions.
"""

from dataclasses import replace
from pathlib import Path

from PIL import Image

from crossnet.data.rendering.manifest import mean_luminance, write_manifest
from crossnet.data.rendering.render import render_pair
from crossnet.data.rendering.sculpture import Sculpture, Span, diffuse, draw, striped
from crossnet.data.rendering.stripes import plain_colour
from crossnet.data.rendering.workers import Counts, Panoramas, render_all
from crossnet.data.sources.scenery import SURROUNDINGS, panoramas, save_backdrops
from crossnet.files import write_atomically
from crossnet.images import png

Job = tuple[Sculpture, dict[str, Path], int, int]  # what, its files by domain, pixels a side, samples


def fetch(
    folder: Path, seed: int, luminance: Span, extent: Span, counts: Counts, sizes: tuple[int, int], samples: int
) -> None:
    """Render the objects of every set, over all cores that may be used.

    Arguments as those of `sculptures.fetch`; luminance is that of an object in its plain version, whose exposure the
    striped version has. The files depend on the arguments alone, not on the number of cores.
    """
    save_backdrops(folder / "scenery")
    jobs: list[Job] = []
    for group, count in counts.groups():
        sides = (group,) if group.startswith("train") else (f"{group}A", f"{group}B")
        for side in sides:
            (folder / "objects" / side).mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            sculpture = draw(seed, len(jobs), len(SURROUNDINGS), luminance, extent)
            files = {side[-1]: folder / "objects" / side / f"{len(jobs):05d}.png" for side in sides}
            jobs.append((sculpture, files, sizes[not group.startswith("train")], samples))
    rendered = render_all(_render_one, jobs, panoramas())
    write_manifest(folder, sorted((row for rows in rendered for row in rows), key=lambda row: row[0]))


def _render_one(job: Job, lights: Panoramas) -> list[tuple[Path, Sculpture, float]]:
    """Render one object into its files; returns the manifest's rows."""
    sculpture, files, size, samples = job
    red, green, blue = (float(channel) for channel in plain_colour(sculpture))
    plain = replace(diffuse(sculpture), red=red, green=green, blue=blue)
    versions = {"A": plain, "B": striped(sculpture)}
    light = lights[sculpture.surroundings]
    pictures = dict(zip("BA", render_pair(versions["B"], plain, size, samples, light), strict=True))
    for domain, file in files.items():
        write_atomically(file, png(Image.fromarray(pictures[domain])))
    return [(file, versions[domain], mean_luminance(pictures[domain])) for domain, file in files.items()]

"""Images a second of preparation on all cores, beside Pillow alone on one: `python -m benchmarks.prepare [IMAGES]`.

Both decode the same JPEG files of 256x256 in full, resize them to 286x286 by bicubic and save PNG files with the same
compression. Preparation also hashes the pixels, names, checks and accounts for each file. They take turns, in parts, so
that what else the machine does meets both alike.
"""

import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.datasets.layout import SIDES
from crossnet.datasets.preparation import folder
from crossnet.datasets.preparation.engine import each
from crossnet.datasets.preparation.target import COMPRESS_LEVEL, Target, digest_of, write
from crossnet.datasets.sources.scenery import PHOTOGRAPHS, photograph
from crossnet.images import decode
from crossnet.processes import cores

EDGE, LOAD_SIZE = 256, 286
PARTS = 2
STEPS = ("decode", "resize", "encode", "other")


def main(images: int) -> None:
    """Make the images, prepare them both ways, print what it took."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        jobs = [
            (work / f"raw-{part}" / SIDES[i % 4] / f"{i:06d}.jpg", i)
            for part in range(PARTS)
            for i in _part(images, part)
        ]
        for side in {path.parent for path, _ in jobs}:
            side.mkdir(parents=True)
        for _ in each(_draw, jobs, "drawing"):
            pass
        ours, alone = np.zeros(2), np.zeros(2)
        for part in range(PARTS):
            ours += _timed(partial(_prepare, work / f"raw-{part}", work / f"prepared-{part}"))
            alone += _timed(partial(_pillow, work / f"raw-{part}", work / f"pillow-{part}"))
        print(f"{images} images of {EDGE}x{EDGE} to {LOAD_SIZE}x{LOAD_SIZE}, PNG at compress_level {COMPRESS_LEVEL}")
        for what, (wall, cpu) in ((f"preparation, {cores()} cores", ours), ("Pillow alone, one core", alone)):
            print(f"{what}: {images / wall:.1f} images/s ({wall:.1f} s, {cpu:.1f} s of processors' time)")
        free = alone[1] / (ours[1] / cores())
        print(f"ratio: {alone[0] / ours[0]:.2f} (by processors' time, had nothing else run: {free:.2f})")
        print(f"peak memory of all processes, at most: {_memory():.0f} MiB")
        print(f"of a file's time on one core: {_steps([path for path, _ in jobs[:400]], work)}")


def _part(images: int, part: int) -> range:
    return range(part * images // PARTS, (part + 1) * images // PARTS)


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


def _prepare(raw: Path, prepared: Path) -> None:
    folder.prepare(raw, prepared, LOAD_SIZE, LOAD_SIZE, 0.0, "stretch", False, "drop", "benchmark")


def _pillow(raw: Path, out: Path) -> None:
    """The same work in a plain loop."""
    for side in SIDES:
        (out / side).mkdir(parents=True)
        for path in sorted((raw / side).iterdir()):
            with Image.open(path) as image:
                resized = image.convert("RGB").resize((LOAD_SIZE, LOAD_SIZE), Image.Resampling.BICUBIC)
            resized.save(out / side / f"{path.stem}.png", compress_level=COMPRESS_LEVEL)


def _timed(what: partial[None]) -> NDArray[np.float64]:
    """Seconds by the clock, and seconds of all processors in this process and those that it started."""
    start, before = time.perf_counter(), _processors()
    what()
    return np.array([time.perf_counter() - start, _processors() - before])


def _processors() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _memory() -> float:
    """This process's peak, and for each worker that of the largest, MiB: no less than what they had at one moment."""
    own, largest = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + cores() * largest) / 1024


def _steps(paths: list[Path], work: Path) -> str:
    """Where one process's time goes, file after file: each step alone, and what the recipe does beside them."""
    target = Target(work / "steps", LOAD_SIZE, LOAD_SIZE, "stretch")
    target.begin(masks=False)
    spent = dict.fromkeys(STEPS, 0.0)
    for path in paths:
        marks = [time.process_time()]
        image = decode(path)
        marks.append(time.process_time())
        resized = image.resize((LOAD_SIZE, LOAD_SIZE), Image.Resampling.BICUBIC)
        marks.append(time.process_time())
        write(resized, target.folder / "testA" / f"{path.stem}.png")
        marks.append(time.process_time())
        digest_of(image)
        marks.append(time.process_time())
        for step, start, end in zip(STEPS, marks, marks[1:], strict=False):
            spent[step] += end - start
    total = sum(spent.values())
    return ", ".join(f"{step} {s / total:.0%} ({s / len(paths) * 1e3:.2f} ms)" for step, s in spent.items())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)

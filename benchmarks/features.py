"""Seconds that features of images take, the first time and from the store: `python -m benchmarks.features [IMAGES]`.

Images are of 256x256, PNG, and the network EfficientNet-Lite0. The second time is that of a process of its own, of
which starting Python and importing are not counted: they are the same without any features. Exits with 1 where it is
above the bar, 2 s for 1,000 images.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.evaluation.efflite0 import efflite0
from crossnet.evaluation.features import Store, gather
from crossnet.image_folders import list_images

EDGE = 256
BAR_S = 2.0  # for 1,000 images


def main(images: int) -> int:
    """Draw the images, take their features twice, print what both took; the exit status."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        _draw(work / "images", images)
        first, second = (_seconds(work) for _ in range(2))
    bar = BAR_S * images / 1000
    print(f"features of {images} images of {EDGE}x{EDGE}, EfficientNet-Lite0")
    print(f"first time: {first:.1f} s ({first / images * 1e3:.1f} ms an image)")
    print(f"second time: {second:.2f} s (bar: {bar:.2f} s)")
    return int(second > bar)


def measure(work: Path) -> None:
    """Take the features of all images of work/images once and print the seconds."""
    paths = list_images(work / "images")
    start = time.perf_counter()
    found = gather(efflite0(), {"all": paths}, EDGE, Store(work / "store"))["all"]
    print(time.perf_counter() - start if np.isfinite(found).all() else "not finite")


def _seconds(work: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.features", "--measure", str(work)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _draw(folder: Path, images: int) -> None:
    """Smooth noise, so that files are as large as photographs'."""
    folder.mkdir()
    for number in range(images):
        rng = np.random.default_rng(number)
        coarse = Image.fromarray(rng.integers(0, 256, (EDGE // 8, EDGE // 8, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((EDGE, EDGE), Image.Resampling.BICUBIC), dtype=np.int16)
        picture = (smooth + rng.integers(-4, 5, smooth.shape)).clip(0, 255).astype(np.uint8)
        Image.fromarray(picture).save(folder / f"{number:05d}.png", compress_level=1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))

"""At which size a model translates photographs best: `python -m benchmarks.sizes MODEL A B`.

A and B are folders of photographs of both domains. For each direction and each multiple of the size of the training
images it prints the kernel distance to photographs of the target, on EfficientNet-Lite0 features, and how much of a
copy of their inputs the translations are (docs/metrics.md). All are resized, bicubic, and compared at two sizes: at
144x144 pixels, about as they are looked at, and at the size of the training images.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image

from crossnet.accelerator import device_for
from crossnet.evaluation.efflite0 import efflite0
from crossnet.evaluation.failure_modes import copying
from crossnet.evaluation.features import Extract
from crossnet.evaluation.kid import kernel_distance
from crossnet.image_folders import list_images
from crossnet.images import decode, pixels, resized
from crossnet.methods.base import Domain
from crossnet.model import load_model, place, translate

MULTIPLES = (1.0, 1.5, 2.0, 3.0)
VIEWED = 144  # pixels a side

Images = Sequence[NDArray[np.uint8]]


def main(
    model: Annotated[Path, typer.Argument(help="A trained model.")],
    a: Annotated[Path, typer.Argument(help="Photographs of A.")],
    b: Annotated[Path, typer.Argument(help="Photographs of B.")],
    images: Annotated[int, typer.Option(help="Photographs of each, at most.")] = 100,
) -> None:
    """Print a line for each direction, size that is compared at, and size that is translated at."""
    method, config = load_model(model)
    place(method, device_for("auto", "auto"))
    trained, extract = int(config["size"]), efflite0().load()
    of_a, of_b = ([pixels(decode(path)) for path in list_images(folder)[:images]] for folder in (a, b))
    directions: tuple[tuple[Domain, Images, Images], ...] = (("b", of_a, of_b), ("a", of_b, of_a))
    for to, sources, targets in directions:
        made: dict[str, Images] = {"untranslated": sources}
        for size in (round(trained * multiple) for multiple in MULTIPLES):
            made[f"at {size}"] = [translate(method, image[None], to)[0] for image in _squares(sources, size)]
        for size in (VIEWED, trained):
            inputs, real = _squares(sources, size), _squares(targets, size)
            wanted = _features(extract, real)
            for name, translations in made.items():
                found = _squares(translations, size)
                mean, std = kernel_distance(_features(extract, found), wanted)
                copied = np.nanmean(copying(found, inputs, real))
                typer.echo(f"to {to} at {size}: {name:12}  {mean:.3f} ± {std:.3f}  copying {copied:.2f}")


def _squares(images: Images, size: int) -> Images:
    return [pixels(resized(Image.fromarray(image), (size, size))) for image in images]


def _features(extract: Extract, images: Images) -> NDArray[np.float64]:
    return np.concatenate([extract([image]) for image in images]).astype(np.float64)


if __name__ == "__main__":
    typer.run(main)

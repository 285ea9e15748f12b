"""Translate images of many sizes in batches, and whole folders of a prepared task."""

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.data.atomic_directory import atomic_directory
from crossnet.files import write_atomically
from crossnet.image_folders import list_images
from crossnet.images import decode, pixels, png
from crossnet.methods.base import Domain, Method
from crossnet.model import batch_pixels, draw_style, encode, scores, translate
from crossnet.terminal import progress
from crossnet.training.seeds import derive

Key = TypeVar("Key")
Pixels = NDArray[np.uint8]  # (H, W, 3)
CODES = 16  # images of a folder whose codes are kept, evenly spaced: codes take more room than images


def score_folder(method: Method, source: Path, names: Mapping[str, str], out: Path) -> None:
    """Write the score maps of the images of A in a folder: float16 (H, W), NPY; nothing where the method has none.

    names: stem of an image -> stem of its translation and its scores.
    """
    paths = list_images(source)
    if not paths or scores(method, pixels(decode(paths[0]))[None]) is None:
        return
    with atomic_directory(out / "scores") as folder:
        for batch in by_size(((path, pixels(decode(path))) for path in paths), batch_pixels(method)):
            found = scores(method, np.stack([image for _, image in batch]))
            assert found is not None
            for (path, _), scored in zip(batch, found, strict=True):
                _write_array(folder / f"{names[path.stem]}.npy", scored)


def translate_folder(method: Method, source: Path, names: Mapping[str, str], to: Domain, out: Path) -> None:
    """Translate the images of a folder to a domain: PNG files in `out`/to_<domain>.

    A method that draws styles translates each image in the style that the name of its translation gives. The codes of
    CODES images go to `out`/codes/to_<domain>, float16 (C, h, w), NPY, if the method has codes.

    names: stem of an image -> stem of its translation and its code.
    """
    paths = list_images(source)
    with_code = {paths[round(place)] for place in np.linspace(0, len(paths) - 1, CODES)} if paths else set()
    with atomic_directory(out / f"to_{to}") as folder, atomic_directory(out / "codes" / f"to_{to}") as codes:
        shown = progress(paths, len(paths), f"translating {source.name}", "images")
        for batch in by_size(((path, pixels(decode(path))) for path in shown), batch_pixels(method)):
            styles = [draw_style(method, image, to, derive(0, names[path.stem])) for path, image in batch]
            translated = translate(method, np.stack([image for _, image in batch]), to, styles)
            for (path, image), made in zip(batch, translated, strict=True):
                name = names[path.stem]
                write_atomically(folder / f"{name}.png", png(Image.fromarray(made), compress_level=2))
                if path in with_code and (code := encode(method, image[None], to)) is not None:
                    _write_array(codes / f"{name}.npy", code[0])


def by_size(images: Iterable[tuple[Key, Pixels]], pixels: int) -> Iterator[list[tuple[Key, Pixels]]]:
    """Yield images, each with its key, in batches of one height and width; those of one size keep their order.

    A batch has at most `pixels` pixels, or one image. Images that wait for others of their size have at most 4 times
    as many pixels; then the size with the most pixels goes first.
    """
    waiting: dict[tuple[int, ...], list[tuple[Key, Pixels]]] = {}
    for key, image in images:
        size = image.shape[:2]
        batch = waiting.setdefault(size, [])
        batch.append((key, image))
        if (len(batch) + 1) * _area(size) > pixels:
            yield waiting.pop(size)
        elif sum(len(each) * _area(of) for of, each in waiting.items()) > 4 * pixels:
            yield waiting.pop(max(waiting, key=lambda of: len(waiting[of]) * _area(of)))
    yield from waiting.values()


def _write_array(path: Path, array: NDArray[np.float32]) -> None:
    """Write an array in half precision."""
    content = BytesIO()
    np.save(content, array.astype(np.float16))
    write_atomically(path, content.getvalue())


def _area(size: tuple[int, ...]) -> int:
    return size[0] * size[1]

"""What the page shows of one picture: its translations, the pictures of its codes, and the cut-out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet import cutout
from crossnet.api import CrossNet, Domain
from crossnet.data.preparation.decoding import decode
from crossnet.escaping import one_line
from crossnet.figures.latent import scale_of
from crossnet.files import error_message
from crossnet.model import encode
from crossnet.photographs import reduced

Pixels = NDArray[np.uint8]
MAX_EDGE = 1280  # pixels of the longer edge of what is shown and cut out
CODE_EDGE = 256  # pixels of the shorter edge of the picture of a code, which is enlarged without smoothing


class PictureError(ValueError):
    """A file that is not translated; the message is one line."""


@dataclass(frozen=True)
class Shown:
    """One picture, and what the model makes of it.

    Args:
        picture: (H, W, 3), the picture with at most MAX_EDGE pixels a side.
        translations: (h, w, 3), by the domain.
        codes: the components and the magnitude of the code that is decoded to a domain (Fig. 3), by that; empty for a
            method without codes.
    """

    picture: Pixels
    translations: Mapping[Domain, Pixels]
    codes: Mapping[Domain, tuple[Pixels, Pixels]]


def read_picture(path: Path, max_bytes: int, max_pixels: int) -> Image.Image:
    """Decode a file, upright, in RGB, with at most MAX_EDGE pixels a side. Raises PictureError."""
    try:
        if (size := path.stat().st_size) > max_bytes:
            raise PictureError(f"{size / 2**20:.3g} MiB, more than {max_bytes / 2**20:.3g} MiB")
        image = decode(path, max_pixels)
    except OSError as error:
        raise PictureError(one_line(error_message(error))) from None
    image.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.BICUBIC)
    return image


def show(model: CrossNet, image: Image.Image) -> Shown:
    """Translate an RGB image in all directions, at the size that the model is usually used at. Raises PictureError."""
    small = reduced(image, model.size)
    try:
        translations = {to: np.asarray(model.translate(small, to, size=0)) for to in model.method.directions}
        codes = {to: encode(model.method, np.asarray(small)[None], to) for to in model.method.directions}
    except (RuntimeError, MemoryError) as error:
        raise PictureError(one_line(error)) from None
    drawn = {to: _code_pictures(code[0]) for to, code in codes.items() if code is not None}
    return Shown(np.asarray(image), translations, drawn)


def cut_out(shown: Shown, to: Domain, threshold: float) -> Pixels:
    """Return (H, W, 4): the picture where the luminance of its translation is at most the threshold (§5.3)."""
    return cutout.cut_out(shown.picture, shown.translations[to], threshold=threshold)


def _code_pictures(code: NDArray[np.float32]) -> tuple[Pixels, Pixels]:
    rgb, heat = scale_of([code]).pictures(code)
    times = max(1, CODE_EDGE // min(rgb.shape[:2]))
    return rgb.repeat(times, 0).repeat(times, 1), heat.repeat(times, 0).repeat(times, 1)

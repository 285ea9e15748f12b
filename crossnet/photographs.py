"""Photographs for a trained model: read with what is to be kept of them, reduced, translated at any size, written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin, UnidentifiedImageError
from torch import Tensor

from crossnet.bands import Shown, translate_in_bands
from crossnet.data.preparation.decoding import with_remedy
from crossnet.images import MOST_PIXELS, has_alpha, in_srgb, open_image, opened, pixels, resized, to_rgb
from crossnet.methods.base import Domain, Method
from crossnet.methods.tables import TableMethod
from crossnet.model import made_up, padded, translate
from crossnet.models.resnet import Decoder, Encoder, ResidualBlocks

Pixels = NDArray[np.uint8]  # (H, W, 3)
Levels = NDArray[np.uint8]  # (H, W), of an alpha channel
Format = Literal["png", "jpeg", "webp"]

TIMES = 2  # photographs are reduced to this multiple of the size of the training images (docs/pretrained.md)
SUFFIXES: Mapping[Format, str] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
WHOLE_VALUES = {"cpu": 2**26}  # of a network's first layer: more is translated in bands; 1 megapixel at width 64
WHOLE_VALUES_ELSEWHERE = 2**29
MOST_EXIF = 65_500  # bytes that a JPEG file can have
SIZE_TAGS = (0xA002, 0xA003)  # EXIF: width and height of the image
MAIN_SIZE_TAGS = (0x100, 0x101)
EXIF_IFD, ORIENTATION = 0x8769, 0x112


@dataclass(frozen=True)
class Kept:
    """What a translation can keep of its photograph's file: bytes, empty where there are none."""

    exif: bytes = b""
    xmp: bytes = b""
    icc: bytes = b""


@dataclass(frozen=True)
class Photograph:
    """A photograph in sRGB on white, at the size at which it is translated.

    rgb: (H, W, 3); alpha: (H, W), None if the file has none; is_reduced: whether it was larger.
    """

    rgb: Pixels
    alpha: Levels | None
    is_reduced: bool
    kept: Kept


def usual_side(config: Mapping[str, Any]) -> int:
    """Return the shorter side that photographs are reduced to, in pixels; 0 if config.json has no training size."""
    size = config.get("size")
    return TIMES * size if isinstance(size, int) and size > 0 else 0


def reduced_size(width: int, height: int, side: int) -> tuple[int, int]:
    """Return width and height after reducing to a shorter side, unless that is 0 or the image is smaller."""
    shorter = min(width, height)
    if not 0 < side < shorter:
        return width, height
    return round(width * side / shorter), round(height * side / shorter)


def reduced(image: Image.Image, side: int) -> Image.Image:
    """Return an image reduced to a shorter side; the same image if it is smaller, or if the side is 0."""
    size = reduced_size(*image.size, side)
    return image if size == image.size else resized(image, size)


def split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return an image as RGB on white, and its alpha channel (mode L); None if it has none.

    Raises ValuesError, an OSError, for float values and integers outside of 16 bits.
    """
    with_alpha = has_alpha(image) and not image.mode.startswith("I")
    return to_rgb(image), image.convert("RGBA").getchannel("A") if with_alpha else None


def read(path: Path, side: int, max_pixels: int) -> Photograph:
    """Read a photograph, reduced to a shorter side unless that is 0.

    Raises ValueError, before decoding, for one with more than `max_pixels` pixels, and OSError for one that cannot be
    decoded, with a hint where the file is none that is read.
    """
    _check_size(path, side, max_pixels)
    with with_remedy(path), opened(path, max(max_pixels, MOST_PIXELS)) as image:
        kept = Kept(_exif(image), _xmp(image), bytes(image.info.get("icc_profile") or b""))
        rgb, alpha = split_alpha(in_srgb(image))
    small = reduced(rgb, side)
    levels = None if alpha is None else np.asarray(reduced(alpha, side))
    return Photograph(pixels(small), levels, small.size != rgb.size, kept)


def encode(rgb: Pixels, alpha: Levels | None, kept: Kept, form: Format = "png", quality: int = 90) -> bytes:
    """Encode a translation as a file.

    Args:
        rgb, alpha: (H, W, 3) in sRGB, and (H, W) or None. JPEG has no alpha: the image is put on white.
        kept: EXIF and XMP are written as they are. With an ICC profile colours are converted to it, if it is one of
            RGB, else to sRGB's.
        form: of the file.
        quality: of a JPEG or WebP file, in [1, 100].

    Raises OSError or ValueError for an image that the format cannot hold.
    """
    image, profile = _in_profile(Image.fromarray(rgb), kept.icc)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
        image = to_rgb(image) if form == "jpeg" else image
    options: dict[str, Any] = {"png": {"compress_level": 2}, "jpeg": {"quality": quality, "subsampling": 0}}.get(
        form, {"quality": quality}
    )
    options |= {"icc_profile": profile} if profile else {}
    options |= {"exif": kept.exif} if kept.exif else {}
    if kept.xmp and form == "png":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", kept.xmp.decode("utf-8", "replace"))
    elif kept.xmp:
        options["xmp"] = kept.xmp
    encoded = BytesIO()
    image.save(encoded, form.upper(), **options)
    return encoded.getvalue()


def translate_batch(
    method: Method, images: Sequence[Pixels], to: Domain, shown: Shown | None = None, style: Tensor | None = None
) -> list[Pixels]:
    """Translate images of one size to a domain: (H, W, 3) uint8 each.

    One that is too large to be translated as a whole is translated in bands, with the same result except for rounding.

    shown: reports the progress of those, see `crossnet.bands`.
    style: of all of them, of a method that has styles; None: that of seed 0.

    Raises RuntimeError or OSError if memory or the disk is full.
    """
    height, width = images[0].shape[:2]
    wide, high = padded(width, height)
    networks = generator_of(method, to)
    most = WHOLE_VALUES.get(method.device.type, WHOLE_VALUES_ELSEWHERE)
    if networks is None or wide * high * _width(networks[0]) <= most:
        return list(translate(method, np.stack(images), to, None if style is None else [style] * len(images)))
    return [translate_in_bands(*networks, made_up(image), method.device, shown)[:height, :width] for image in images]


def generator_of(method: Method, to: Domain) -> tuple[Encoder, Decoder] | None:
    """Return the networks that translate to a domain, one after the other; None if a method is built otherwise."""
    if not isinstance(method, TableMethod):
        return None
    last, *codes = method.paths.get(f"x_{to}_hat", ("",))
    first, *images = method.paths.get(codes[0], ("",)) if len(codes) == 1 else ("",)
    encoder, decoder = (dict(method.networks).get(name) for name in (first, last))
    if isinstance(encoder, Encoder) and isinstance(decoder, Decoder) and images == ["x_a" if to == "b" else "x_b"]:
        return encoder, decoder
    return None


def _width(encoder: Encoder) -> int:
    """Return the channels of its first layer."""
    return next(layer.channels for layer in encoder if isinstance(layer, ResidualBlocks)) // 4


def _check_size(path: Path, side: int, max_pixels: int) -> None:
    """Raise ValueError for an image with more than `max_pixels` pixels, without decoding it."""
    try:
        with open_image(path) as image:
            width, height = reduced_size(*image.size, side)
    except (UnidentifiedImageError, SyntaxError, ValueError):
        return  # decoding reports it
    wide, high = padded(width, height)
    if wide * high > max_pixels:
        made = f", made up to {wide}x{high}," * ((wide, high) != (width, height))
        raise ValueError(f"{width}x{height}{made} is more than {max_pixels} pixels; see --max-pixels")


def _exif(image: Image.Image) -> bytes:
    """Return the EXIF block without orientation, sizes and thumbnail; empty if it is missing, broken or too long."""
    try:
        found = image.getexif()
        inner = found.get_ifd(EXIF_IFD)
        for tag in (ORIENTATION, *MAIN_SIZE_TAGS):
            found.pop(tag, None)
        for tag in SIZE_TAGS:
            inner.pop(tag, None)
        written = found.tobytes() if found else b""
    except Exception:  # a broken EXIF block fails in many ways, and says nothing about the pixels
        return b""
    return written if len(written) <= MOST_EXIF else b""


def _xmp(image: Image.Image) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def _in_profile(image: Image.Image, icc: bytes) -> tuple[Image.Image, bytes]:
    """Return an sRGB image in the colours of a profile of RGB, and that profile; in sRGB's if it is none of RGB."""
    if not icc:
        return image, b""
    srgb = ImageCms.createProfile("sRGB")
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc))
        if profile.profile.xcolor_space.strip() == "RGB":
            converted = ImageCms.profileToProfile(image, srgb, profile, outputMode="RGB")
            assert converted is not None
            return converted, icc
    except (ImageCms.PyCMSError, OSError, ValueError):
        pass
    return image, ImageCms.ImageCmsProfile(srgb).tobytes()

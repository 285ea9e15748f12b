"""Image files <-> PIL <-> uint8 (H, W, 3) <-> float32 (N, 3, H, W) in [-1, 1]."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from crossnet.image_truncation import broke_off

Image.init()  # registers all formats
# those of `image_folders.READ`; no others, some of which are programs, or decoded before their size is known
FORMATS = (
    "JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "TGA", "PCX", "DDS", "SGI",
    "SUN", "QOI", "PSD",
)  # fmt: skip
Image.MAX_IMAGE_PIXELS = None  # `decode` has its own limit; Pillow's is one for the process
MOST_PIXELS = 178_956_970  # of an image: 512 MiB as RGB
SRGB = ("srgb iec61966", "srgb built-in")  # names of sRGB profiles
LUMA = np.array([0.299, 0.587, 0.114])  # Rec. 601, as Pillow's "L"


class ValuesError(OSError):
    """An image whose range of values is unknown; the message has the remedy."""


class TooLargeError(OSError):
    """An image with more pixels than allowed."""


def png(image: Image.Image, **options: Any) -> bytes:
    """Encode an image as PNG; options are Pillow's."""
    encoded = BytesIO()
    image.save(encoded, "PNG", **options)
    return encoded.getvalue()


def decode(path: Path, most_pixels: int = MOST_PIXELS) -> Image.Image:
    """Decode an image file to sRGB: first frame, EXIF orientation applied, alpha on white, 16 bit scaled to 8.

    Colours are converted by the file's ICC profile; a broken profile is ignored. Raises OSError, or a subclass, with
    the reason: no complete image, more than `most_pixels` pixels, or float or 32-bit values.
    """
    with opened(path, most_pixels) as image:
        return to_rgb(in_srgb(image))


def decode_mask(path: Path) -> Image.Image:
    """Decode a mask to levels 0 to 255 (mode L); first frame, EXIF and errors as `decode`.

    The mask is the alpha channel if that has values on both sides of one half; else the luminance.
    """
    with opened(path, MOST_PIXELS) as image:
        if has_alpha(image):
            alpha = image.convert("RGBA").getchannel("A")
            if 0 < (np.asarray(alpha) >= 128).mean() < 1:
                return alpha
        return to_rgb(image).convert("L")


def open_image(path: Path) -> Image.Image:
    """Open an image file of any size and read its header. Raises UnidentifiedImageError if it is no image."""
    try:
        return Image.open(path, formats=FORMATS)
    except UnidentifiedImageError:
        from pillow_heif import register_heif_opener  # here, because few folders need it

        register_heif_opener()
        return Image.open(path, formats=["HEIF"])


def resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize an image by bicubic interpolation, without an intermediate image more than twice as large as both.

    Pillow resizes rows first: (width, old height), which is large for a narrow, high image.
    """
    width, height = size
    if width * image.height > 2 * max(image.width * image.height, width * height):
        image = image.resize((image.width, height), Image.Resampling.BICUBIC)
    return image.resize(size, Image.Resampling.BICUBIC)


@contextmanager
def opened(path: Path, most_pixels: int) -> Iterator[Image.Image]:
    """Decode an image file in its own mode; an error in decoding, or inside the block, becomes an OSError."""
    try:
        with open_image(path) as image:
            if image.width * image.height > most_pixels:
                raise TooLargeError(f"{image.width}x{image.height} is more than {most_pixels} pixels")
            if broke_off(path, image.format):
                raise OSError("truncated: it ends in zeros")
            image.load()
            with suppress(Exception):  # a broken EXIF block fails in many ways, and says nothing about the pixels
                ImageOps.exif_transpose(image, in_place=True)
            yield image
    except (SyntaxError, ValueError, EOFError, RuntimeError) as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def in_srgb(image: Image.Image) -> Image.Image:
    """Convert an image by its ICC profile to sRGB, and keep its alpha; without a profile, return the image."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode.startswith(("I", "F")):
        return image
    try:
        alpha = image.convert("RGBA").getchannel("A") if has_alpha(image) else None
        coloured = image.convert("RGB") if image.mode.startswith(("P", "RGB")) else image
        coloured = coloured.convert("L") if coloured.mode == "LA" else coloured
        conversion = _conversion(profile, coloured.mode)
        if conversion is None:
            return image
        converted = ImageCms.applyTransform(coloured, conversion)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    assert converted is not None
    if alpha:
        converted.putalpha(alpha)
    return converted


@lru_cache(maxsize=8)
def _conversion(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the conversion from a profile to sRGB; None for sRGB itself."""
    meant = ImageCms.ImageCmsProfile(BytesIO(profile))
    if ImageCms.getProfileDescription(meant).lower().startswith(SRGB):
        return None
    return ImageCms.buildTransform(meant, ImageCms.createProfile("sRGB"), mode, "RGB")


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB: alpha composited on white, 16-bit grey scaled to 8 bits.

    Raises ValuesError for float values, and for integers outside of 16 bits.
    """
    if image.mode == "F":
        raise ValuesError("float values, of no known range; convert it to 8- or 16-bit integers")
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.min() < 0 or values.max() > 65535:
            raise ValuesError(
                f"32-bit integers from {values.min()} to {values.max()}, outside of 0 to 65535; "
                "convert it to 8- or 16-bit integers"
            )
        levels = (np.arange(65536) / 257 + 0.5).astype(np.uint8)
        if isinstance(clear := image.info.get("transparency"), int):
            levels[clear] = 255  # a level that is see-through, on white
        image = Image.fromarray(levels[values])
    if has_alpha(image):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def has_alpha(image: Image.Image) -> bool:
    """Whether an image has an alpha channel, or a transparent colour."""
    return "A" in image.getbands() or "transparency" in image.info


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Convert an RGB image to (H, W, 3) uint8."""
    return np.asarray(image, dtype=np.uint8)


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Compute the luminance (ITU-R Rec. 601): (..., 3) uint8 sRGB -> (...) float64 in [0, 255]."""
    return rgb @ LUMA


def to_range(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert (N, H, W, 3) uint8 to (N, 3, H, W) float32 in [-1, 1], the range of the networks."""
    return np.ascontiguousarray(rgb.transpose(0, 3, 1, 2), dtype=np.float32) / 127.5 - 1


def from_range(x: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Convert (N, 3, H, W) float32 in [-1, 1] to (N, H, W, 3) uint8, rounded."""
    return (x.transpose(0, 2, 3, 1) * 127.5 + 128).clip(0, 255).astype(np.uint8)


def grid(rows: Sequence[Sequence[NDArray[np.uint8]]], gap: int = 2) -> NDArray[np.uint8]:
    """Arrange (H, W, 3) pictures of one size in rows and columns on white, `gap` pixels apart."""
    height, width, _ = rows[0][0].shape
    sheet = np.full(
        (len(rows) * (height + gap) - gap, max(map(len, rows)) * (width + gap) - gap, 3), 255, dtype=np.uint8
    )
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            sheet[i * (height + gap) :][:height, j * (width + gap) :][:, :width] = picture
    return sheet

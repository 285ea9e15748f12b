"""Images in and out: PIL <-> uint8 (H, W, 3) <-> float32 (N, 3, H, W) in [-1, 1]; nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

HEIF = frozenset((".heic", ".heif", ".hif"))  # a telephone's photographs, which another library reads for Pillow
NO_IMAGES = {".pdf", ".eps", ".ps", ".mpo", ".mpg", ".mpeg", ".h5", ".hdf"}
EXTENSIONS = frozenset(Image.registered_extensions()) - NO_IMAGES | HEIF
FORMATS = tuple(name for name in Image.OPEN if name != "EPS")  # which is a program, that Ghostscript would run
LEFT_BEHIND = ("thumbs.db", "desktop.ini")
MENDED = frozenset(("JPEG", "MPO", "WEBP", "AVIF", "HEIF"))  # whose decoders make up what is missing
ZEROS = bytes(64)  # a file ends so that broke off, where room was set aside for all of it
JPEGS_END = b"\xff\xd9"  # after which some cameras fill up
SRGB = ("srgb iec61966", "srgb built-in")  # what its profiles call themselves
LUMA = np.array([0.299, 0.587, 0.114])  # Rec. 601, as Pillow's "L"


class ValuesError(OSError):
    """An image of which it is not known how bright its values are meant; the message says what to do about it."""


def list_files(folder: Path) -> list[Path]:
    """All that is in a folder but folders and the files that are hidden, or that systems leave behind, sorted."""
    paths = (path for path in folder.iterdir() if not path.is_dir())
    return sorted(path for path in paths if not path.name.startswith(".") and path.name.lower() not in LEFT_BEHIND)


def list_images(folder: Path) -> list[Path]:
    """The files in a folder that are images by their names, sorted; hidden files are left out."""
    return [path for path in list_files(folder) if path.suffix.lower() in EXTENSIONS]


def png(image: Image.Image, **options: Any) -> bytes:
    """An image as the content of a PNG file; options are Pillow's."""
    encoded = BytesIO()
    image.save(encoded, "PNG", **options)
    return encoded.getvalue()


def decode(path: Path) -> Image.Image:
    """An image file in full, as sRGB: first frame, EXIF orientation applied, alpha on white, 16 bit scaled to 8.

    Colours are converted by the ICC profile that the file brings, if any; a broken one is passed over. Raises OSError
    (or one of its kind) with the reason for what is no whole image, or has float or 32-bit values.
    """
    with _opened(path) as image:
        return to_rgb(_in_srgb(image))


def decode_mask(path: Path) -> Image.Image:
    """A file that marks a foreground, as levels 0 to 255 (mode L); first frame and EXIF as `decode`, and its errors.

    Of an image whose alpha is on both sides of half it is the alpha, so what is opaque is foreground; of any other it
    is the luminance.
    """
    with _opened(path) as image:
        if _has_alpha(image):
            alpha = image.convert("RGBA").getchannel("A")
            if 0 < (np.asarray(alpha) >= 128).mean() < 1:
                return alpha
        return to_rgb(image).convert("L")


def open_image(path: Path) -> Image.Image:
    """An image file, of which its head alone is read. Raises UnidentifiedImageError for what is none."""
    try:
        return Image.open(path, formats=FORMATS)
    except UnidentifiedImageError:
        from pillow_heif import register_heif_opener  # here, because few folders need it

        register_heif_opener()
        return Image.open(path, formats=["HEIF"])


def _broke_off(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, SEEK_END) - len(ZEROS)))
        if file.read() != ZEROS:
            return False
    return not path.read_bytes().rstrip(b"\0").endswith(JPEGS_END)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """An image file in full and in its own mode; an error in reading or in what is done with it is an OSError."""
    try:
        with open_image(path) as image:
            if image.format in MENDED and _broke_off(path):
                raise OSError("truncated: it ends in zeros")
            image.load()
            with suppress(Exception):  # a broken EXIF block fails in many ways, and says nothing about the pixels
                ImageOps.exif_transpose(image, in_place=True)
            yield image
    except (Image.DecompressionBombError, SyntaxError, ValueError, EOFError, RuntimeError) as error:
        raise OSError(f"{type(error).__name__}: {error}") from error


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours that an image's ICC profile means, in sRGB; alpha stays. Without such a profile, the image itself."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode.startswith(("I", "F")):
        return image
    try:
        alpha = image.convert("RGBA").getchannel("A") if _has_alpha(image) else None
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
    """From a profile's colours to sRGB; None for sRGB itself."""
    meant = ImageCms.ImageCmsProfile(BytesIO(profile))
    if ImageCms.getProfileDescription(meant).lower().startswith(SRGB):
        return None
    return ImageCms.buildTransform(meant, ImageCms.createProfile("sRGB"), mode, "RGB")


def to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to RGB: alpha composited on white, 16-bit grey scaled to 8 bits.

    Raises ValuesError for float values, and for integers outside of 16 bits.
    """
    if image.mode == "F":
        raise ValuesError("float values, of no known range; convert it to 8- or 16-bit integers")
    if image.mode.startswith("I"):
        values = np.asarray(image, dtype=np.float64)
        if values.min() < 0 or values.max() > 65535:
            raise ValuesError(
                f"32-bit integers from {values.min():.0f} to {values.max():.0f}, outside of 0 to 65535; "
                "convert it to 8- or 16-bit integers"
            )
        values[values == image.info.get("transparency")] = 65535  # a level that is see-through, on white
        image = Image.fromarray((values / 257 + 0.5).astype(np.uint8))
    if _has_alpha(image):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """An RGB image as (H, W, 3) uint8."""
    return np.asarray(image, dtype=np.uint8)


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(..., 3) uint8 sRGB -> (...) float64 in [0, 255], Rec. 601 weights."""
    return rgb @ LUMA


def to_range(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32 in [-1, 1], the range of the networks."""
    return np.ascontiguousarray(rgb.transpose(0, 3, 1, 2), dtype=np.float32) / 127.5 - 1


def from_range(x: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 3, H, W) float32 in [-1, 1] -> (N, H, W, 3) uint8, rounded."""
    return (x.transpose(0, 2, 3, 1) * 127.5 + 128).clip(0, 255).astype(np.uint8)


def grid(rows: Sequence[Sequence[NDArray[np.uint8]]], gap: int = 2) -> NDArray[np.uint8]:
    """Equally sized (H, W, 3) pictures in rows and columns on white, `gap` pixels apart."""
    height, width, _ = rows[0][0].shape
    sheet = np.full(
        (len(rows) * (height + gap) - gap, max(map(len, rows)) * (width + gap) - gap, 3), 255, dtype=np.uint8
    )
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            sheet[i * (height + gap) :][:height, j * (width + gap) :][:, :width] = picture
    return sheet

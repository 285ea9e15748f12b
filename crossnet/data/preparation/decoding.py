"""Images and masks that come as files: decoded, or what they are in place of an image, and the remedy."""

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from crossnet import images
from crossnet.data.names import stem_of
from crossnet.data.preparation.checks import PreparationError
from crossnet.escaping import one_line
from crossnet.image_folders import list_images

HEAD = 4096  # bytes that are looked at
EXPORT = "export it as JPEG or PNG"
DEVELOP = "develop it to JPEG, PNG or TIFF, with the camera's program, darktable or RawTherapee"
AGAIN = "copy or download it again"
HEIC = f"{AGAIN}, or export it as JPEG or PNG"

# what a file begins with -> its kind, and what to do
BEGINNINGS = (
    (rb"\s*\Z", "an empty file", AGAIN),
    (rb"\0+\Z", "nothing but zeros", AGAIN),
    (rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", "a HEIC photograph that is not whole", HEIC),
    (rb".{4}ftypavi[fs]", "an AVIF image that is not whole", AGAIN),
    (rb".{4}ftypcrx |.{8}CR\x02", "a Canon RAW photograph", DEVELOP),
    (rb"FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|FOVb", "a RAW photograph", DEVELOP),
    (rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI ", "a video", "take single frames out of it, for example by `ffmpeg`"),
    (rb"8BPS", "a Photoshop document", EXPORT),
    (rb"%PDF|.{1,1019}%PDF-", "a PDF document", "take its pictures out, for example by `pdfimages -png`"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript document", EXPORT),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL image", "convert it to JPEG or PNG, for example by `djxl`"),
    (rb"gimp xcf", "a GIMP document", EXPORT),
    (rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b", "an archive", "unpack it, and name the folder of its images"),
    (rb"version https://git-lfs", "a pointer of Git LFS", "fetch the file itself by `git lfs pull`"),
    (rb"(\xef\xbb\xbf)?\s*(<\?xml.{,500})?<svg", "an SVG drawing", EXPORT),
    (rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|\?xml)", "a web page", "download the image itself again"),
)
FILE_TYPES = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), kind, remedy) for pattern, kind, remedy in BEGINNINGS
)
REDUCED, DNG = 254, 50706  # TIFF tags: of what use the first picture is; the version of a digital negative


def decode(path: Path, most_pixels: int = images.MOST_PIXELS) -> Image.Image:
    """`images.decode`; an error also tells what the file is, where that is known, and what to do about it.

    Raises OSError so also for a RAW photograph of which only a small preview would be read.
    """
    with with_remedy(path):
        return images.decode(path, most_pixels)


def decode_mask(path: Path) -> Image.Image:
    """`images.decode_mask`, in the same way."""
    with with_remedy(path):
        return images.decode_mask(path)


def hint_for(head: bytes) -> str:
    """What a file is that begins with these bytes, and what to do with it; nothing where that is not known."""
    return next((f"{kind}; {remedy}" for pattern, kind, remedy in FILE_TYPES if pattern.match(head)), "")


@contextmanager
def with_remedy(path: Path) -> Iterator[None]:
    """Raise OSError for a RAW photograph, and add to an error of decoding what the file is and what to do about it."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if _is_negative(head):
        raise OSError(f"a RAW photograph, of which a small preview alone could be read; {DEVELOP}")
    try:
        with warnings.catch_warnings(action="ignore"):  # of what is odd about a file that is read all the same
            yield
    except UnidentifiedImageError as error:
        raise OSError(hint_for(head) or "no image of a known format") from error
    except images.ValuesError:
        raise
    except images.TooLargeError as error:
        raise images.TooLargeError(f"{error}; export it smaller") from error
    except OSError as error:
        if hint := hint_for(head):
            raise OSError(f"{hint} ({error})") from error
        raise OSError(f"{error}; {AGAIN}") from error


def _is_negative(head: bytes) -> bool:
    """Whether it is a TIFF whose first picture is a preview, or that says of itself that it is a digital negative.

    TIFF 6.0, section 2: the first directory is at the offset in bytes 4 to 7, its entries have 12 bytes each.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 10:
        return False
    [start] = struct.unpack_from(f"{order}I", head, 4)
    if start + 2 > len(head):
        return False
    [count] = struct.unpack_from(f"{order}H", head, start)
    entries = range(start + 2, min(start + 2 + 12 * count, len(head) - 11), 12)
    tags = {
        struct.unpack_from(f"{order}H", head, at)[0]: struct.unpack_from(f"{order}I", head, at + 8)[0] for at in entries
    }
    return DNG in tags or bool(tags.get(REDUCED, 0) & 1)


PROPORTIONS = 0.01  # by how much those of a mask may differ from its image's, for what rounding does to a smaller one


class MaskError(ValueError):
    """A mask that is of no use for its image; the message is one line."""


def masks_by_name(folder: Path) -> dict[str, Path]:
    """The files of a folder by their names without extension. Raises PreparationError where two have the same."""
    masks: dict[str, Path] = {}
    for path in list_images(folder):
        if stem_of(path.name) in masks:
            raise PreparationError(f"{path}: a second mask of the name {path.stem}; remove or rename one")
        masks[stem_of(path.name)] = path
    return masks


def read_mask(path: Path, image: Path, size: tuple[int, int]) -> Image.Image:
    """A mask as 0 and 255: foreground is what is opaque where its alpha is the mask, elsewhere what is light.

    `size` is that of its image, EXIF orientation applied. Raises MaskError for one that is unreadable, has no
    foreground or background, or has not its image's proportions.
    """
    try:
        levels = decode_mask(path)
    except OSError as error:
        raise MaskError(f"{path}: a mask that cannot be read: {one_line(error)}") from error
    mask = levels.point(lambda value: 255 if value >= 128 else 0)
    if len(mask.getcolors() or ()) < 2:
        low, high = levels.getextrema()
        raise MaskError(
            f"{path}: a mask with levels {low} to {high}, so all of it is on one side of 128; "
            "white, or opaque where the rest is transparent, is foreground"
        )
    width, height = size
    if abs(mask.width * height / (mask.height * width) - 1) > PROPORTIONS:
        raise MaskError(
            f"{path}: a mask of {mask.width}x{mask.height}, but its image {image} has "
            f"{width}x{height}, EXIF orientation applied; give the mask the image's size"
        )
    return mask

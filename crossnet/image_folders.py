"""List the images of a folder, by one rule for fetching, preparing and translating.

A regular file is an image if its extension says so, or if it begins as an image does. All other files are companions,
which people, telephones and systems leave next to images; they are skipped and counted. Anything that is no regular
file is named and never opened: opening a pipe would block.
"""

import re
import stat
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from crossnet.terminal import echo

READ = frozenset((  # formats that can be decoded
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jps", ".mpo", ".png", ".apng", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp",
    ".avif", ".avifs", ".heic", ".heif", ".hif", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".pbm", ".pgm", ".ppm",
    ".pnm", ".pfm", ".tga", ".pcx", ".dds", ".sgi", ".rgb", ".rgba", ".bw", ".ras", ".qoi", ".psd",
))  # fmt: skip
UNREAD = frozenset((  # images that are refused with a remedy
    ".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw",
    ".x3f", ".3fr", ".iiq", ".mef", ".mos", ".erf", ".kdc", ".rwl", ".psb", ".xcf", ".jxl", ".svg",
))  # fmt: skip
EXTENSIONS = READ | UNREAD
NO_IMAGES = frozenset((".thm", ".ithmb"))  # thumbnails of videos and catalogues, which are JPEG inside
BEGINS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF.{4}WEBP|qoif|DDS |8BPS|"
    rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avi[fs])|\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    re.DOTALL,
)
HEAD = 16  # bytes that are compared with BEGINS
NAMED = 5  # the most files that a line names
KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True)
class Listing:
    """The content of a folder by name, without hidden folders; `others` are no regular files, with their kind."""

    folder: Path
    images: list[Path]
    companions: list[Path]
    folders: list[Path]
    others: dict[Path, str]

    def rest(self) -> list[str]:
        """Return a line for each kind of entry that is skipped."""
        lines = []
        if self.companions:
            suffixes = Counter(
                "hidden" if path.name.startswith(".") else path.suffix.lower() or path.name for path in self.companions
            )
            kinds = [f"{count} {suffix}" for suffix, count in suffixes.most_common()]
            lines.append(
                f"{_count(self.companions, 'file that is no image', 'files that are no images')}: {_few(kinds)}"
            )
        if self.others:
            named = [f"{path.name} ({kind})" for path, kind in self.others.items()]
            lines.append(f"{_count(self.others, 'entry that is no file', 'entries that are no files')}: {_few(named)}")
        if self.folders:
            named = [path.name for path in self.folders]
            lines.append(f"{_count(self.folders, 'folder', 'folders')} in it, not read: {_few(named)}")
        return lines

    def tell_rest(self) -> None:
        """Report on standard error what is skipped."""
        for line in self.rest():
            echo(f"{self.folder}: passes over {line}")

    def none(self) -> str:
        """Return the message for a folder without images, with what it has instead."""
        return "; ".join([f"{self.folder}: no images", *(f"there is {line}" for line in self.rest())])


def list_folder(folder: Path) -> Listing:
    """List a folder. Raises OSError if it cannot be read.

    A RAW file with an image of the same name, as cameras write them, is a companion of this image.
    """
    files, companions, folders, others = [], [], [], {}
    for path in sorted(folder.iterdir()):
        is_hidden, kind = path.name.startswith("."), _kind(path)
        if kind == "a folder":
            folders.extend([path] * (not is_hidden))
        elif is_hidden:
            companions.append(path)
        elif kind:
            others[path] = kind
        else:
            files.append(path)
    images = [path for path in files if is_image(path)]
    developed = {path.stem.casefold() for path in images if path.suffix.lower() not in UNREAD}
    images = [path for path in images if path.suffix.lower() not in UNREAD or path.stem.casefold() not in developed]
    companions = sorted([*companions, *(set(files) - set(images))])
    return Listing(folder, images, companions, folders, others)


def list_images(folder: Path) -> list[Path]:
    """Return the images of a folder, sorted by name."""
    return list_folder(folder).images


def is_image(path: Path) -> bool:
    """Whether a regular file is an image by its extension or its first bytes."""
    suffix = path.suffix.lower()
    if suffix in EXTENSIONS or suffix in NO_IMAGES:
        return suffix in EXTENSIONS
    try:
        with path.open("rb") as file:
            return bool(BEGINS.match(file.read(HEAD)))
    except OSError:  # such as a file of another user's
        return False


def is_named_image(path: PurePath) -> bool:
    """Whether a path in an archive has the extension of an image and is not hidden."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in EXTENSIONS


def _kind(path: Path) -> str:
    """Return the kind of a path, "" for a regular file."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "a link to nothing"
    except OSError as error:  # such as a loop of links
        return f"a link that leads nowhere: {error.strerror}" if path.is_symlink() else f"unreadable: {error.strerror}"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "" if stat.S_ISREG(mode) else KINDS.get(stat.S_IFMT(mode), "no regular file")


def _count(found: Iterable[object], one: str, many: str) -> str:
    count = len(list(found))
    return f"{count} {one if count == 1 else many}"


def _few(named: list[str]) -> str:
    more = [f"and {len(named) - NAMED} more"] * (len(named) > NAMED)
    return ", ".join(named[:NAMED] + more)

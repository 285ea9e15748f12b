"""Which files of a folder are images: one rule for all that fetches, prepares and translates.

A regular file is an image if its name says so, whatever is in it, or if it begins as an image does, whatever its name.
All other files are companions, which people, telephones and systems leave beside images: they are passed over, and
counted. What is no regular file is named, and never opened: opening a pipe waits for ever.
"""

import re
import stat
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from crossnet.terminal import echo

READ = frozenset((  # formats that are decoded
    ".jpg", ".jpeg", ".jpe", ".jfif", ".jps", ".mpo", ".png", ".apng", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp",
    ".avif", ".avifs", ".heic", ".heif", ".hif", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".pbm", ".pgm", ".ppm",
    ".pnm", ".pfm", ".tga", ".pcx", ".dds", ".sgi", ".rgb", ".rgba", ".bw", ".ras", ".qoi", ".psd",
))  # fmt: skip
UNREAD = frozenset((  # images all the same: they are refused with what to do about them
    ".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw",
    ".x3f", ".3fr", ".iiq", ".mef", ".mos", ".erf", ".kdc", ".rwl", ".psb", ".xcf", ".jxl", ".svg",
))  # fmt: skip
EXTENSIONS = READ | UNREAD
NO_IMAGES = frozenset((".thm", ".ithmb"))  # a video's thumbnail, and a catalogue's, which are JPEG within
BEGINS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF.{4}WEBP|qoif|DDS |8BPS|"
    rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avi[fs])|\0\0\0\x0cjP  |\xff\x4f\xff\x51",
    re.DOTALL,
)
HEAD = 16  # bytes that tell how a file begins
NAMED = 5  # files of a kind that are named in a line, at most
KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True)
class Listing:
    """What is in a folder, each sorted by name; `others` are no regular files, each with what it is instead.

    Hidden folders are in none of them.
    """

    folder: Path
    images: list[Path]
    companions: list[Path]
    folders: list[Path]
    others: dict[Path, str]

    def rest(self) -> list[str]:
        """What is not taken, in lines to tell."""
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
        """Say on standard error what is not taken, in a line for each kind."""
        for line in self.rest():
            echo(f"{self.folder}: passes over {line}")

    def none(self) -> str:
        """That there is no image, and what there is."""
        return "; ".join([f"{self.folder}: no images", *(f"there is {line}" for line in self.rest())])


def list_folder(folder: Path) -> Listing:
    """Look through a folder. Raises OSError where it cannot be read.

    A photograph that is not read is the companion of an image of the same name that is: so a camera writes a JPEG
    beside its RAW file.
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
    """The images of a folder, sorted by name."""
    return list_folder(folder).images


def is_image(path: Path) -> bool:
    """Whether a regular file is an image by its name, or by how it begins."""
    suffix = path.suffix.lower()
    if suffix in EXTENSIONS or suffix in NO_IMAGES:
        return suffix in EXTENSIONS
    try:
        with path.open("rb") as file:
            return bool(BEGINS.match(file.read(HEAD)))
    except OSError:  # such as a file of another user's
        return False


def is_named_image(path: PurePath) -> bool:
    """Whether a path in an archive is that of an image by its name; hidden files and folders are left out."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in EXTENSIONS


def _kind(path: Path) -> str:
    """What a path leads to; "" for a regular file."""
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

"""What every source of archives does: fetch one, check it, unpack what is wanted of it."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crossnet.data.archives.members import ArchiveError
from crossnet.data.archives.unpack import ExtractionError, extract
from crossnet.data.download.archives import address_of, download, set_aside
from crossnet.data.download.checksums import Checksums

MOST_FILES = 2_000_000  # in one archive; DPED's have several 100,000
EXTRACTED = ".extracted"  # inside the folder, gone when it is whole
GROWTH = 10  # times what an archive may weigh its files may


class SourceError(ValueError):
    """A source that is not laid out as it has to be; the message is one line."""


@dataclass(frozen=True)
class Archive:
    """A zip or tar: the file's name, its addresses, its checksum where that is known, and what it may weigh at most."""

    name: str
    urls: tuple[str, ...]
    sha256: str | None
    max_bytes: int


def unpack(
    archive: Archive,
    store: Path,
    checksums: Path | None,
    page: str,
    folder: Path,
    wanted: Callable[[PurePosixPath], PurePosixPath | None],
) -> Path:
    """Bring an archive to `store`, unless it is there, and what is wanted of it to `folder`; returns its path.

    wanted: a path in the archive -> one in `folder`, or None to leave it out. page: where a person finds the archive.
    checksums: remembers what was found where no checksum is known; a first download that turns out to be no archive is
    set aside, so that it is not remembered. Raises the errors of `download` and `extract`, and SourceError for a file
    that is in `folder` already, as another archive's.
    """
    by_hand = f"by hand: get {archive.name} from {page} and put it at {store / archive.name}, then run the same again"
    if archive.sha256:
        by_hand += "; of a file of your own, set its sha256 to null as well"
    address, new = address_of(archive.urls), archive.sha256 is None
    if new and checksums is not None:
        new = Checksums(checksums, store).of(archive.name, address) is None
    path = download(archive.urls, store, archive.name, archive.sha256, archive.max_bytes, by_hand, checksums)
    extracted = folder / EXTRACTED
    try:
        extract(path, extracted, GROWTH * archive.max_bytes, MOST_FILES, wanted)
    except ExtractionError:  # which says nothing against the archive
        raise
    except ArchiveError as error:
        if not new:
            raise
        aside = set_aside(path, address, checksums)
        raise ArchiveError(f"{error}; kept as {aside}, and the next run asks anew") from error
    for source in sorted(each for each in extracted.rglob("*") if each.is_file()):
        target = folder / source.relative_to(extracted)
        if target.exists():
            raise SourceError(f"{path}: has {source.name} for {target}, which is there already; name each archive once")
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    shutil.rmtree(extracted)
    return path


def summary(paths: Iterable[PurePosixPath], most: int = 6) -> str:
    """What there is, for an error: how many files of each suffix are in each folder, the largest groups first."""
    groups: dict[str, int] = {}
    for path in paths:
        key = f"{path.parent}/*{path.suffix}"
        groups[key] = groups.get(key, 0) + 1
    ordered = sorted(groups.items(), key=lambda group: (-group[1], group[0]))
    more = [f"and {len(ordered) - most} more folders"] * (len(ordered) > most)
    return ", ".join([f"{count} {key}" for key, count in ordered[:most]] + more) or "nothing"

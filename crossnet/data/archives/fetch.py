"""Archives of a data set: download one, check it, extract what is wanted of it."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from crossnet.data.archives.members import ArchiveError
from crossnet.data.archives.unpack import ExtractionError, extract
from crossnet.data.base import Archive, Run, SourceError
from crossnet.data.download.download import address_of, download, set_aside
from crossnet.data.download.records import Checksums

MAX_FILES = 2_000_000  # in one archive; DPED's have several 100,000
EXTRACTED = ".extracted"  # inside the folder, gone when it is complete
GROWTH = 10  # times what an archive may weigh its files may


def fetch_archive(
    archive: Archive,
    name: str,
    run: Run,
    page: str,
    folder: Path,
    wanted: Callable[[PurePosixPath], PurePosixPath | None],
) -> Path:
    """Download an archive, unless it is there already, and extract it into `folder`. Returns the archive's path.

    name: of the file in `run.downloads`.
    page: where a person finds the archive.
    wanted: maps a path in the archive to one in `folder`, or to None to leave it out.

    Where no checksum is known, that of the first download is kept in `run.checksums`; a first download that turns out
    to be no archive is renamed and its checksum forgotten. Raises the errors of `download` and `extract`, and
    SourceError for a file that is in `folder` already, from another archive.
    """
    store, checksums = run.downloads, run.checksums
    by_hand = f"by hand: get {name} from {page} and put it at {store / name}, then run the same again"
    if archive.sha256:
        by_hand += "; of a file of your own, set its sha256 to null as well"
    urls = [url if "://" in url else str(run.path(url)) for url in (archive.url, *archive.mirrors)]
    address = address_of(urls)
    new = archive.sha256 is None and Checksums(checksums, store).of(name, address) is None
    path = download(urls, store, name, archive.sha256, archive.max_bytes, by_hand, checksums)
    extracted = folder / EXTRACTED
    try:
        extract(path, extracted, GROWTH * archive.max_bytes, MAX_FILES, wanted)
    except ExtractionError:  # which says nothing against the archive
        raise
    except ArchiveError as error:
        if not new:
            raise
        aside = set_aside(path, address, checksums)
        raise ArchiveError(f"{error}; kept as {aside}, and the next run downloads it again") from error
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

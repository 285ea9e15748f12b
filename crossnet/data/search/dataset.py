"""The folder of a searched data set: trainA, trainB, testA, testB, manifest.csv and search.json, its settings."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crossnet.data.layout import SIDES
from crossnet.data.search.found import SearchError
from crossnet.data.search.judge import Kept
from crossnet.data.search.manifest import MANIFEST, REFUSED, ManifestError, Row, read_manifest, write_manifest
from crossnet.data.search.splits import testers
from crossnet.data.search.store import PARTIAL, Store, sha256_of
from crossnet.files import write_atomically

SETTINGS = "search.json"


def is_complete(folder: Path, settings: Mapping[str, Any]) -> bool:
    """Whether a folder was made from these settings, and holds every file of its manifest as it was."""
    try:
        if (folder / SETTINGS).read_bytes() != _bytes(settings):
            return False
        rows = read_manifest(folder / MANIFEST)
    except (FileNotFoundError, ManifestError):
        return False
    return all(sha256_of(folder / row.file) == row.sha256 for row in rows)


def empty(folder: Path) -> None:
    """Remove what an earlier run left, the manifest first."""
    for name in (MANIFEST, REFUSED, SETTINGS):
        (folder / name).unlink(missing_ok=True)
    for side in SIDES:
        shutil.rmtree(folder / side, ignore_errors=True)
    for left in folder.glob(PARTIAL):  # by a killed run
        left.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def write(
    folder: Path,
    store: Store,
    kept: Mapping[str, Sequence[Kept]],
    settings: Mapping[str, Any],
    test_share: float,
    seed: int,
) -> None:
    """Copy the images to where they belong, all of a creator's for training or for testing, and the manifest last."""
    tested = testers({side: [_creator(each) for each in images] for side, images in kept.items()}, test_share, seed)
    rows = []
    for side, images in kept.items():
        for each in images:
            split = "test" if _creator(each) in tested else "train"
            rows.append(_row(each, side, f"{split}{side}/{each.name}.{each.suffix}"))
    rows.sort(key=lambda row: row.file)
    for side in SIDES:
        count = sum(row.file.startswith(f"{side}/") for row in rows)
        if not count:
            raise SearchError(
                f"{side}: none of the {len(kept[side[-1]])} images of side {side[-1]}, as those of one creator stay "
                "together; raise wanted, or change the task's queries or test_share in params.yaml"
            )
        (folder / side).mkdir(parents=True)
    for row in rows:
        shutil.copyfile(store.file(row.url), folder / row.file)
    write_atomically(folder / SETTINGS, _bytes(settings))
    write_manifest(folder / MANIFEST, rows)


def _bytes(settings: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(settings, indent=1)}\n".encode()


def _row(each: Kept, side: str, file: str) -> Row:
    found = each.found
    return Row(
        file=file,
        side=side,
        url=found.url,
        landing_page=found.landing_page,
        title=found.title,
        creator=found.creator,
        licence=found.licence,
        licence_version=found.licence_version,
        licence_url=found.licence_url,
        provider=found.provider,
        query=found.query,
        retrieved_at=each.served.retrieved_at,
        sha256=each.served.sha256,
        phash=each.phash,
        width=each.width,
        height=each.height,
    )


def _creator(each: Kept) -> str:
    """Whose an image is, however it is spelled; of one by nobody known, itself."""
    return each.found.creator.casefold() or each.found.url

"""The layout that training reads, and the records of what went into it.

`trainA trainB testA testB [masksA] [validA validB [validMasksA]] [trainAB]` with PNG files, `dataset.json` (what the
two domains are, sizes, counts) and `names.csv` (which file each image comes from; no such file: each image has its
source's name). Masks belong to testA and validA. Choices are made on the validation sides, results are measured on the
test sides. trainAB has images of trainA, by their names, as they are in B: pairs, which supervised methods alone learn
from.
"""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from crossnet.data.names import translation_stems
from crossnet.files import write_csv, write_json

SIDES = ("trainA", "trainB", "testA", "testB")
MASKS = "masksA"
VALID_SIDES = ("validA", "validB")
VALID_MASKS = "validMasksA"
PAIRED = "trainAB"
EVERY_SIDE = (*SIDES, *VALID_SIDES, MASKS, VALID_MASKS, PAIRED)  # every folder of images that a data set can have
NAMES, DESCRIPTION = "names.csv", "dataset.json"

Split = Literal["test", "valid"]
SPLITS: tuple[Split, ...] = ("test", "valid")
Known = Literal["image", "object"]  # what of an image's truth is known: all of it, or the masks' pixels alone
BOTH_WAYS: Mapping[str, Known] = {"to_b": "image", "to_a": "image"}
FROM_WHITE: Mapping[str, Known] = {"to_b": "image", "to_a": "object"}  # from white, no scenery can be known

Verdict = Literal["kept", "unreadable", "unsuitable", "repeated", "leaked", "unpaired"]


class LayoutError(ValueError):
    """A prepared data set that has not what is asked of it; the message is one line."""


@dataclass(frozen=True)
class Record:
    """What became of one file on one side: `note` is what was done to it, or why it was left out.

    `file` is its path below the raw folder with `/`, `id` its name in the prepared one, `digest` that of its pixels.
    """

    side: str
    id: str
    file: str
    verdict: Verdict = "kept"
    note: str = ""
    enlarged: bool = False
    digest: str = ""

    @property
    def kept(self) -> bool:
        return self.verdict == "kept"


@dataclass
class Records:
    """What preparation kept, left out and changed: a row for each file and side, in their order."""

    rows: list[Record] = field(default_factory=list)

    @property
    def kept(self) -> dict[str, int]:
        """How many images each side has."""
        return _count(row.side for row in self.rows if row.kept)

    @property
    def enlarged(self) -> dict[str, int]:
        """How many of them were smaller than they had to be."""
        return _count(row.side for row in self.rows if row.kept and row.enlarged)

    @property
    def refused(self) -> dict[str, str]:
        """The files that were left out, each with its reason."""
        return {row.file: row.note for row in self.rows if not row.kept}

    def report(self) -> dict[str, Any]:
        """The records as plain values for a JSON file."""
        refused = self.refused
        return {"kept": self.kept, "enlarged": self.enlarged, "refused_count": len(refused), "refused": refused}


def _count(sides: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for side in sides:
        counts[side] = counts.get(side, 0) + 1
    return counts


def split_of(side: str) -> Literal["train", "test", "valid"]:
    """The split of a folder of images or masks."""
    if side.startswith("train"):
        return "train"
    return "valid" if side.startswith("valid") else "test"


def sides_of(split: Split) -> tuple[str, str]:
    """The folders of a split's images, A and B."""
    return f"{split}A", f"{split}B"


def masks_of(split: Split) -> str:
    """The folder of a split's masks."""
    return MASKS if split == "test" else VALID_MASKS


def measured_sides(prepared: Path, split: Split) -> tuple[str, str]:
    """The folders of a split's images, A and B. Raises LayoutError where the data set has no such sides."""
    sides = sides_of(split)
    missing = [side for side in sides if not (prepared / side).is_dir()]
    if missing:
        raise LayoutError(
            f"{prepared}: no {' and no '.join(missing)}, which `split: {split}` of params.yaml asks for; raise "
            "images.valid of the scale, or bring these sides, or set split to test"
        )
    return sides


def as_test(prepared: Path, split: Split, view: Path) -> Path:
    """Give a split's folders the names of the test's, for what draws them: links in `view`, an empty folder.

    Returns the folder to read, which is `prepared` itself for the test.
    """
    if split == "test":
        return prepared
    names = zip((*sides_of(split), masks_of(split)), (*sides_of("test"), MASKS), strict=True)
    for name, shown in names:
        if (prepared / name).is_dir():
            (view / shown).symlink_to((prepared / name).resolve(), target_is_directory=True)
    return view


def is_paired(description: Mapping[str, Any], split: Split) -> bool:
    """Whether files of one name in A and in B of a split show the same thing, as dataset.json says it."""
    return bool(description.get("paired" if split == "test" else "valid_paired"))


def write_description(
    folder: Path,
    records: Records,
    task: str,
    domains: Mapping[str, str],
    paired: Collection[Split],
    load_size: int,
    size: int,
    truth: Mapping[str, Known] = BOTH_WAYS,
) -> None:
    """Write dataset.json.

    paired: the splits in which files of one name in A and in B show the same thing. truth: what these say, if paired,
    of each other's translation, by direction.
    """
    description = {
        "task": task,
        **domains,
        "paired": "test" in paired,
        "valid_paired": "valid" in paired,
        "truth": dict(truth) if paired else {},
        "load_size": load_size,
        "size": size,
        "counts": records.kept,
    }
    write_json(folder / DESCRIPTION, description)


def known_truth(description: Mapping[str, Any], split: Split) -> Mapping[str, Known]:
    """What is known of the truth, by direction, as dataset.json says it; without the key, all of what is paired."""
    found: Mapping[str, Known] = description.get("truth", BOTH_WAYS)
    return found if is_paired(description, split) else {}


def write_names(folder: Path, records: Records) -> None:
    """Write names.csv: id, source (its path below the raw folder) and side of each image that was kept."""
    rows = ((row.id, row.file, row.side) for row in records.rows if row.kept)
    write_csv(folder / NAMES, [("id", "source", "side"), *rows], exact=True)  # a source begins with its side


def read_names(folder: Path, side: str) -> dict[str, str]:
    """The source of each image of a side by its id, as in names.csv; the id itself where there is no such file."""
    if not (folder / NAMES).is_file():
        return {path.stem: path.stem for path in sorted((folder / side).glob("*.png"))}
    with (folder / NAMES).open(newline="", encoding="utf-8") as stream:
        return {row["id"]: row["source"] for row in csv.DictReader(stream) if row["side"] == side}


def translation_names(folder: Path, side: str) -> dict[str, str]:
    """What to call the translation of each image of a side, by its id: as `translation_stems` says."""
    return translation_stems(read_names(folder, side))

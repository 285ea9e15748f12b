"""DPED (Ignatov et al. 2017; §5.2): one scene by a telephone and by a DSLR camera, aligned, in patches of 100x100.

In the archives: `dped/<phone>/training_data/{<phone>,canon}/<number>.jpg` and `dped/<phone>/test_data/patches/` alike;
files of one number are a pair. Raw files: `trainA` (phone), `trainB` (canon), `testA`, `testB` (pairs by name),
`pairs.csv` (set, phone, canon: where both of a pair are, for supervised methods and for nothing else) and, where the
train sides are disjoint, `counterparts/{trainA,trainB}`: the other image of each pair. Of the pairs whose telephone's
image is in trainA, the camera's are prepared as trainAB.
"""

import csv
from pathlib import Path, PurePosixPath
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from crossnet.data.base import Archive, Photographs, Run, SourceError
from crossnet.data.layout import SIDES, Records
from crossnet.data.names import rank
from crossnet.schema import Name, Seed

PAGE = "https://people.ee.ethz.ch/~ihnatova/#dataset"
CAMERA = "canon"
COUNTERPARTS = "counterparts"


class Dped(Photographs):
    """Options.

    archives: by the names of their files, without `.tar.gz`.
    phone: iphone, blackberry or sony.
    disjoint: train A and train B share no number, by a fair draw of the seed for each; otherwise both have all.
    """

    source: Literal["dped"]
    archives: Annotated[dict[Name, Archive], Field(min_length=1)]
    phone: str
    disjoint: bool
    seed: Seed

    pairs: ClassVar[bool] = True

    def fetch(self, folder: Path, run: Run) -> None:
        """Extract the patches of one phone.

        Raises SourceError for a side without images or a set without pairs, and the errors of `fetch_archive`.
        """
        from crossnet.data.archives.fetch import fetch_archive, summary
        from crossnet.files import write_csv
        from crossnet.image_folders import is_named_image

        seen: set[PurePosixPath] = set()

        def wanted(path: PurePosixPath) -> PurePosixPath | None:
            if not is_named_image(path):
                return None
            seen.add(path)
            place = _place(path, self.phone)
            if place is None:
                return None
            set_, domain = place
            if set_ == "test" or not self.disjoint or _drawn(path.stem, self.seed) == domain:
                return PurePosixPath(f"{set_}{domain}", path.name)
            return PurePosixPath(COUNTERPARTS, f"train{_drawn(path.stem, self.seed)}", path.name)

        files = [
            fetch_archive(archive, f"{name}.tar.gz", run, PAGE, folder, wanted)
            for name, archive in self.archives.items()
        ]
        rows = _pairs(folder)
        missing = [side for side in SIDES if not (folder / side).is_dir()]
        missing += [f"pairs of {set_}" for set_ in ("train", "test") if not any(row[0] == set_ for row in rows)]
        if missing:
            raise SourceError(
                f"{' and '.join(map(str, files))}: no {', no '.join(missing)}; expected dped/{self.phone}/"
                f"{{training_data,test_data/patches}}/{{{self.phone},{CAMERA}}}/<number>.jpg, found {summary(seen)}"
            )
        write_csv(folder / "pairs.csv", [("set", "phone", "canon"), *rows])

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.sides import prepare_photographs

        domains = {"a": "photographs by a telephone", "b": "photographs by a DSLR camera"}
        with (raw / "pairs.csv").open(newline="", encoding="utf-8") as stream:
            pairs = {raw / row["phone"]: raw / row["canon"] for row in csv.DictReader(stream) if row["set"] == "train"}
        return prepare_photographs(self, raw, folder, run, domains, "drop", self.seed, True, pairs)


def _place(path: PurePosixPath, phone: str) -> tuple[str, str] | None:
    """train or test, and A or B, of a path in an archive; None for full-size pictures and other phones."""
    domain = {phone: "A", CAMERA: "B"}.get(path.parent.name)
    above = path.parts[:-2]
    if domain is None or phone not in above:
        return None
    if above[-1:] == ("training_data",):
        return "train", domain
    return ("test", domain) if above[-2:] == ("test_data", "patches") else None


def _drawn(number: str, seed: int) -> str:
    """The train side that a pair's number falls to, whatever other numbers there are."""
    return "AB"[int(rank(seed, number), 16) % 2]


def _pairs(folder: Path) -> list[tuple[str, str, str]]:
    """Set, phone's and camera's file of every pair that is whole, in the order of their names."""
    rows = []
    for set_ in ("train", "test"):
        phones, cameras = (
            {
                path.stem: path.relative_to(folder).as_posix()
                for place in places
                for path in (folder / place).glob("*.*")
            }
            for places in (
                (f"{set_}A", f"{COUNTERPARTS}/{set_}B"),
                (f"{set_}B", f"{COUNTERPARTS}/{set_}A"),
            )
        )
        rows += [(set_, phones[stem], cameras[stem]) for stem in sorted(phones.keys() & cameras.keys())]
    return rows


DATASET = Dped

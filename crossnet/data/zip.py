"""The CycleGAN authors' archives: horse2zebra, apple2orange, summer2winter_yosemite, iphone2dslr_flower.

In the archive: `<name>/{trainA,trainB,testA,testB}/*.jpg`, 256x256. Raw files: `{trainA,trainB,testA,testB}/*`, as they
are.
"""

from pathlib import Path, PurePosixPath
from typing import Literal

from crossnet.data.base import Archive, Overlap, Photographs, Run, SourceError
from crossnet.data.layout import SIDES, Records
from crossnet.schema import Block

PAGE = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/"


class Domains(Block):
    """What each domain shows, in words."""

    A: str
    B: str


class Zip(Archive, Photographs):
    source: Literal["zip"]
    domains: Domains
    train_test_overlap: Overlap

    def fetch(self, folder: Path, run: Run) -> None:
        """Extract the four sides.

        Raises SourceError for an archive without one of the sides, or with those of two data sets, and the errors of
        `fetch_archive`.
        """
        from crossnet.data.archives.fetch import fetch_archive, summary
        from crossnet.image_folders import is_named_image

        name = f"{run.task}.zip"
        seen: set[PurePosixPath] = set()
        roots: list[PurePosixPath] = []

        def wanted(path: PurePosixPath) -> PurePosixPath | None:
            if not is_named_image(path):
                return None
            seen.add(path)
            if path.parent.name not in SIDES:
                return None
            if path.parent.parent not in roots:
                roots.append(path.parent.parent)
            if len(roots) > 1:
                raise SourceError(
                    f"{run.downloads / name}: has sides in two folders, {str(roots[0])!r} and {str(roots[1])!r}; "
                    f"expected one <name>/{{{','.join(SIDES)}}}; give an archive of one of them"
                )
            return PurePosixPath(path.parent.name, path.name)

        file = fetch_archive(self, name, run, PAGE, folder, wanted)
        missing = [side for side in SIDES if not (folder / side).is_dir()]
        if missing:
            raise SourceError(
                f"{file}: no images in {', '.join(missing)}; expected <name>/{{{','.join(SIDES)}}}, found "
                f"{summary(seen)}; give an archive of that layout"
            )

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.sides import prepare_photographs

        domains = {"a": self.domains.A, "b": self.domains.B}
        return prepare_photographs(self, raw, folder, run, domains, self.train_test_overlap)


DATASET = Zip

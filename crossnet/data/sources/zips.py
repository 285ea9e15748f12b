"""The CycleGAN authors' archives: horse2zebra, apple2orange, summer2winter_yosemite, iphone2dslr_flower.

In the archive: `<name>/{trainA,trainB,testA,testB}/*.jpg`, 256x256. Layout written: `{trainA,trainB,testA,testB}/*`,
the files as they are.
"""

from pathlib import Path, PurePosixPath

from crossnet.data.layout import SIDES
from crossnet.data.sources.archives import Archive, SourceError, summary, unpack
from crossnet.image_folders import is_named_image

PAGE = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/"


def fetch(folder: Path, store: Path, archive: Archive, checksums: Path | None) -> None:
    """Bring the four sides to `folder`, which is empty; asks nobody where the archive is in `store` already.

    Raises SourceError for an archive without one of the sides, or with those of two data sets, and the errors of
    `unpack`.
    """
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
                f"{store / archive.name}: has sides in two folders, {str(roots[0])!r} and {str(roots[1])!r}; expected "
                f"one <name>/{{{','.join(SIDES)}}}; give an archive of one of them"
            )
        return PurePosixPath(path.parent.name, path.name)

    file = unpack(archive, store, checksums, PAGE, folder, wanted)
    missing = [side for side in SIDES if not (folder / side).is_dir()]
    if missing:
        raise SourceError(
            f"{file}: no images in {', '.join(missing)}; expected <name>/{{{','.join(SIDES)}}}, found {summary(seen)}; "
            "give an archive of that layout"
        )

"""The CycleGAN authors' archives: horse2zebra, apple2orange, summer2winter_yosemite, iphone2dslr_flower.

In the archive: `<name>/{trainA,trainB,testA,testB}/*.jpg`, 256x256. Layout written: `{trainA,trainB,testA,testB}/*`,
the files as they are.
"""

from pathlib import Path, PurePosixPath

from crossnet.datasets.layout import SIDES
from crossnet.datasets.sources.archives import Archive, SourceError, is_image, summary, unpack

PAGE = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/"


def fetch(folder: Path, store: Path, archive: Archive, checksums: Path | None) -> None:
    """Bring the four sides to `folder`, which is empty; asks nobody where the archive is in `store` already.

    Raises SourceError for an archive without one of the sides, and the errors of `unpack`.
    """
    seen: set[PurePosixPath] = set()

    def wanted(path: PurePosixPath) -> PurePosixPath | None:
        if not is_image(path):
            return None
        seen.add(path)
        return PurePosixPath(path.parent.name, path.name) if path.parent.name in SIDES else None

    file = unpack(archive, store, checksums, PAGE, folder, wanted)
    missing = [side for side in SIDES if not (folder / side).is_dir()]
    if missing:
        raise SourceError(
            f"{file}: no images in {', '.join(missing)}; expected <name>/{{{','.join(SIDES)}}}, found {summary(seen)}; "
            "give an archive of that layout"
        )

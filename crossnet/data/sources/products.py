"""One's own photographs of products on white, and scenery to set them into.

Layout written: `products/<number>/**/<file>`, a number for each folder that was named, and
`scenery/{train,valid,test}/*`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from crossnet.data.names import portable
from crossnet.data.sources.archives import SourceError
from crossnet.data.sources.copying import copy
from crossnet.data.sources.scenery import save_scenery
from crossnet.image_folders import list_folder


def fetch(folder: Path, sources: Sequence[Path], scenery: Path | None, seed: int) -> None:
    """Copy the images of the named folders, and of the folders in them, as they are; say what is passed over.

    scenery, seed: as in `save_scenery`. Raises SourceError for a folder that is missing or has no images.
    """
    jobs = []
    for number, source in enumerate(sources):
        if not source.is_dir():
            raise SourceError(f"{source}: no such folder; wanted photographs of products on white (the task's folders)")
        found = [*_groups(source, folder / "products" / str(number))]
        if not found:
            raise SourceError(
                f"{source}: no images in it; wanted photographs of products on white (the task's folders)"
            )
        jobs += found
    save_scenery(folder / "scenery", scenery, seed)
    copy(jobs)


def _groups(source: Path, target: Path) -> Iterator[tuple[list[Path], Path]]:
    """The images of a folder, and of each folder below it, with the folder that they are copied into.

    A link to a folder is passed over, since it may lead round in a circle.
    """
    ahead = [(source, target)]
    while ahead:
        source, target = ahead.pop()
        listing = list_folder(source)
        inner = [path for path in listing.folders if not path.is_symlink()]
        replace(listing, folders=[path for path in listing.folders if path.is_symlink()]).tell_rest()
        if listing.images:
            yield listing.images, target
        names = portable([path.name for path in inner])
        ahead += [(path, target / name) for path, name in zip(inner, names, strict=True)]

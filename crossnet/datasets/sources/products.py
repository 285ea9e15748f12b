"""One's own photographs of products on white, and scenery to set them into.

Layout written: `products/<number>/**/<file>`, a number for each folder that was named, and
`scenery/{train,valid,test}/*`.
"""

from collections.abc import Sequence
from pathlib import Path

from crossnet.datasets.sources.archives import SourceError
from crossnet.datasets.sources.copying import copy
from crossnet.datasets.sources.scenery import save_scenery
from crossnet.image_files import is_image


def fetch(folder: Path, sources: Sequence[Path], scenery: Path | None, seed: int) -> None:
    """Copy the images of the named folders, and of the folders in them, as they are, hidden ones left out.

    scenery, seed: as in `save_scenery`. Raises SourceError for a folder that is missing or has no images.
    """
    jobs = []
    for number, source in enumerate(sources):
        if not source.is_dir():
            raise SourceError(f"{source}: no such folder; wanted photographs of products on white (the task's folders)")
        found: dict[Path, list[Path]] = {}
        for path in sorted(source.rglob("*")):
            inside = path.relative_to(source)
            if path.is_file() and is_image(path) and not any(part.startswith(".") for part in inside.parts):
                found.setdefault(inside.parent, []).append(path)
        if not found:
            raise SourceError(
                f"{source}: no images in it; wanted photographs of products on white (the task's folders)"
            )
        jobs += [(paths, folder / "products" / str(number) / inside) for inside, paths in found.items()]
    save_scenery(folder / "scenery", scenery, seed)
    copy(jobs)

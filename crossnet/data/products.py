"""One's own photographs of products on white, and scenery to set them into.

Raw files: `products/<number>/**/<file>`, a number for each folder that was named, and `scenery/{train,valid,test}/*`.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from crossnet.data.base import Extents, ProductsOnWhite, Run, SourceError
from crossnet.data.layout import Records
from crossnet.data.names import portable
from crossnet.schema import Place


class Products(ProductsOnWhite):
    """`object_size`: the range of the share of the side that a product's longer edge takes."""

    source: Literal["products"]
    folders: Annotated[list[Place], Field(min_length=1)]
    object_size: Extents

    def fetch(self, folder: Path, run: Run) -> None:
        """Copy the images of the named folders, and of the folders in them, as they are; list what else there is.

        Raises SourceError for a folder that is missing or has no images.
        """
        from crossnet.data.copying import copy_files
        from crossnet.data.rendering.scenery import save_scenery

        jobs = []
        for number, source in enumerate(map(run.path, self.folders)):
            wanted = "wanted photographs of products on white (the task's folders)"
            if not source.is_dir():
                raise SourceError(f"{source}: no such folder; {wanted}")
            found = [*_groups(source, folder / "products" / str(number))]
            if not found:
                raise SourceError(f"{source}: no images in it; {wanted}")
            jobs += found
        save_scenery(folder / "scenery", None if self.scenery is None else run.path(self.scenery), self.seed)
        copy_files(jobs)

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.compose import Placing
        from crossnet.data.preparation.products import prepare_products

        return prepare_products(self, raw, folder, run, Placing(self.object_size, self.seed))


def _groups(source: Path, target: Path) -> Iterator[tuple[list[Path], Path]]:
    """The images of a folder, and of each folder below it, with the folder that they are copied into.

    A link to a folder is passed over, since it may lead round in a circle.
    """
    from crossnet.image_folders import list_folder

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


DATASET = Products

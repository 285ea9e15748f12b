"""UT Zappos50K (Yu and Grauman 2014; §5.3): shoes on white, and natural scenery to replace the white with.

In the archive: `ut-zap50k-images-square/<Category>/<Subcategory>/<Brand>/<file>.jpg`, 50,025 of 136x136. Raw files:
`products/<Category>/<Subcategory>/<Brand>/<file>.jpg` and `scenery/{train,valid,test}/*`.
"""

from pathlib import Path, PurePosixPath
from typing import Literal

from crossnet.data.base import Archive, ProductsOnWhite, Run, SourceError
from crossnet.data.layout import Records
from crossnet.schema import Count

PAGE = "https://vision.cs.utexas.edu/projects/finegrained/utzap50k/"
NAME = "ut-zap50k-images-square.zip"
DEPTH = 4  # of a product's path that counts: category, subcategory, brand, file


class Zappos(Archive, ProductsOnWhite):
    """Options.

    categories: some of Boots, Sandals, Shoes, Slippers; all, if none is named.
    max_products: how many products to keep at most, which the seed selects.
    """

    source: Literal["zappos"]
    categories: list[str]
    max_products: Count | None

    def fetch(self, folder: Path, run: Run) -> None:
        """Extract the products, and copy the scenery.

        Raises SourceError for a category, products or scenery that are missing, and the errors of `fetch_archive`.
        """
        import numpy as np

        from crossnet.data.archives.fetch import fetch_archive, summary
        from crossnet.data.rendering.scenery import save_scenery
        from crossnet.image_folders import is_named_image

        save_scenery(folder / "scenery", None if self.scenery is None else run.path(self.scenery), self.seed)
        seen: set[PurePosixPath] = set()

        def wanted(path: PurePosixPath) -> PurePosixPath | None:
            if not is_named_image(path):
                return None
            seen.add(path)
            if len(path.parts) < DEPTH or (self.categories and path.parts[-DEPTH] not in self.categories):
                return None
            return PurePosixPath("products", *path.parts[-DEPTH:])

        file = fetch_archive(self, NAME, run, PAGE, folder, wanted)
        missing = [name for name in self.categories if not (folder / "products" / name).is_dir()]
        products = sorted(path for path in (folder / "products").rglob("*.*") if path.is_file())
        if missing or not products:
            raise SourceError(
                f"{file}: no products{' of ' * bool(missing)}{', '.join(missing)}; expected "
                f"<root>/<Category>/<Subcategory>/<Brand>/<file>.jpg, found {summary(seen)}"
            )
        if self.max_products is not None:
            kept = set(np.random.default_rng(self.seed).permutation(len(products))[: self.max_products].tolist())
            for i, path in enumerate(products):
                if i not in kept:
                    path.unlink()

    def prepare(self, raw: Path, folder: Path, run: Run) -> Records:
        from crossnet.data.preparation.products import prepare_products

        return prepare_products(self, raw, folder, run)


DATASET = Zappos

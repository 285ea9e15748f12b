"""UT Zappos50K [24] (§5.3): shoes on white, and natural scenery to replace the white with.

In the archive: `ut-zap50k-images-square/<Category>/<Subcategory>/<Brand>/<file>.jpg`, 50,025 of 136x136. Layout
written: `products/<Category>/<Subcategory>/<Brand>/<file>.jpg` and `scenery/{train,valid,test}/*`.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from crossnet.data.sources.archives import Archive, SourceError, summary, unpack
from crossnet.data.sources.scenery import save_scenery
from crossnet.image_folders import is_named_image

PAGE = "https://vision.cs.utexas.edu/projects/finegrained/utzap50k/"
DEPTH = 4  # of a product's path that counts: category, subcategory, brand, file


def fetch(
    folder: Path,
    store: Path,
    archive: Archive,
    checksums: Path | None,
    categories: Sequence[str],
    most: int | None,
    seed: int,
    scenery: Path | None,
) -> None:
    """Bring products and scenery to `folder`, which is empty; asks nobody where the archive is in `store` already.

    categories: such as Boots, Sandals, Shoes, Slippers; all, if none is named. most: how many products to keep at most,
    chosen by the seed. scenery: as the source of `save_scenery`. Raises SourceError for a category, products or
    photographs that are not there, and the errors of `unpack`.
    """
    save_scenery(folder / "scenery", scenery, seed)
    seen: set[PurePosixPath] = set()

    def wanted(path: PurePosixPath) -> PurePosixPath | None:
        if not is_named_image(path):
            return None
        seen.add(path)
        if len(path.parts) < DEPTH or (categories and path.parts[-DEPTH] not in categories):
            return None
        return PurePosixPath("products", *path.parts[-DEPTH:])

    file = unpack(archive, store, checksums, PAGE, folder, wanted)
    missing = [name for name in categories if not (folder / "products" / name).is_dir()]
    products = sorted((folder / "products").rglob("*.*"))
    products = [path for path in products if path.is_file()]
    if missing or not products:
        raise SourceError(
            f"{file}: no products{' of ' * bool(missing)}{', '.join(missing)}; expected "
            f"<root>/<Category>/<Subcategory>/<Brand>/<file>.jpg, found {summary(seen)}"
        )
    if most is not None:
        kept = np.random.default_rng(seed).permutation(len(products))[:most]
        for i in sorted(set(range(len(products))) - set(kept.tolist())):
            products[i].unlink()

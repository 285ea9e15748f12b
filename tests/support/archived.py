"""Archives made in a test, and pictures to put into them."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from crossnet.data.base import Archive


def picture(seed: int, suffix: str = ".jpg", edge: int = 12) -> bytes:
    """A small picture of random colours."""
    values = np.random.default_rng(seed).integers(0, 256, (edge, edge, 3), dtype=np.uint8)
    return encoded(Image.fromarray(values), suffix)


def encoded(image: Image.Image, suffix: str = ".png") -> bytes:
    """The bytes of an image file."""
    stream = io.BytesIO()
    image.save(stream, Image.registered_extensions()[suffix])
    return stream.getvalue()


def archived(path: Path, files: Mapping[str, bytes]) -> Archive:
    """A zip or tar, by its name, of these files; its address is its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as target:
            for name, content in files.items():
                target.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as target:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                target.addfile(info, io.BytesIO(content))
    return Archive(url=str(path), mirrors=[], sha256=None, max_bytes=1 << 20)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its path in it."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

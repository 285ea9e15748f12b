"""A folder that is filled next to its place and moved there in one step, so that it is never half there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


@contextmanager
def atomic_directory(folder: Path) -> Iterator[Path]:
    """A new, empty folder to fill, which takes the place of `folder` where the block ends without an error.

    What was there stays until then; of a link, the link alone is replaced, and never what it leads to. What a killed
    process left is removed; a second process waits for the first.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    filling, replaced = (folder.with_name(f".{folder.name}.{kind}") for kind in ("filling", "replaced"))
    lock = folder.with_name(f".{folder.name}.lock")
    with FileLock(lock):
        _remove(filling, replaced)
        try:
            filling.mkdir()
            yield filling
            if folder.is_symlink():
                folder.unlink()
            elif folder.exists():
                folder.replace(replaced)
            filling.replace(folder)
        except OSError as error:
            for name in ("filename", "filename2"):  # what it will be called, since nothing is left of the other
                if (path := getattr(error, name)) and Path(path).is_relative_to(filling):
                    setattr(error, name, str(folder / Path(path).relative_to(filling)))
            raise
        finally:
            _remove(filling, replaced)
            lock.unlink()  # the last deed of who holds it; who waits for it sees that, and begins again


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)

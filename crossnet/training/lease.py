"""One GPU for one run: runs that start beside each other, as those of `dvc queue start -j 4`, never share one."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from crossnet.terminal import say

_held: dict[Path, FileLock] = {}  # until this process ends, however it ends


def visible(count: int) -> list[str]:
    """The names of the GPUs that torch numbers from 0 to `count` - 1, as CUDA_VISIBLE_DEVICES has them."""
    named = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return named if len(named) == count else [str(number) for number in range(count)]


def lease(gpus: Sequence[str], folder: Path | None = None, every_seconds: float = 5.0) -> int:
    """The place in `gpus` of one that no other run of this user holds on this machine; waits where all are held.

    A process that holds one is given it again. The locks are in a folder of the machine, not of the repository, so runs
    of several clones count as well.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"crossnet-gpus-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name.replace('/', '_')}.lock" for name in gpus]
    if mine := [place for place, path in enumerate(paths) if path in _held]:
        return mine[0]
    told = False
    while True:
        for place, path in enumerate(paths):
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            _held[path] = lock
            return place
        if not told:
            say(f"all {len(gpus)} GPUs are held by other runs; waiting for one")
            told = True
        time.sleep(every_seconds)

"""One GPU for one run: runs that start beside each other, as those of `dvc queue start -j 4`, never share one."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from crossnet.terminal import echo

SHARED = "CROSSNET_RUNS_PER_GPU"
_held: dict[Path, FileLock] = {}  # until this process ends, however it ends


def visible(count: int) -> list[str]:
    """The names of the GPUs that torch numbers from 0 to `count` - 1, as CUDA_VISIBLE_DEVICES has them."""
    named = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return named if len(named) == count else [str(number) for number in range(count)]


def lease(gpus: Sequence[str], folder: Path | None = None, every_seconds: float = 5.0) -> int:
    """The place in `gpus` of one that no other run of this user holds on this machine; waits where all are held.

    With CROSSNET_RUNS_PER_GPU that many runs hold one GPU. A process that holds one is given it again. The locks are in
    a folder of the machine, not of the repository, so runs of several clones count as well.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"crossnet-gpus-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    shares = [
        (place, f"{name.replace('/', '_')}{share}.lock") for share in _shares() for place, name in enumerate(gpus)
    ]
    paths = [(place, folder / name) for place, name in shares]
    if mine := [place for place, path in paths if path in _held]:
        return mine[0]
    told = False
    while True:
        for place, path in paths:
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            _held[path] = lock
            return place
        if not told:
            echo(f"all {len(gpus)} GPUs are held by other runs; waiting for one")
            told = True
        time.sleep(every_seconds)


def _shares() -> list[str]:
    """What the names of the locks of one GPU end in: one lock for each run that may hold it."""
    text = os.environ.get(SHARED, "1")
    if not text.isdecimal() or int(text) < 1:
        raise RuntimeError(f"{SHARED}: {text!r} is no number of runs; wanted 1 or more")
    return ["", *(f".{number}" for number in range(1, int(text)))]

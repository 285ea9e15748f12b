"""Run directories: a folder of checkpoints for each run, named after its fingerprint, and the lock on it.

It is `.crossnet/runs/<fingerprint>` of the repository, which DVC does not manage, and which stays the same for an
experiment that runs in a temporary copy (`$DVC_ROOT`). A run of other parameters, data or code has another
fingerprint, so it never resumes from this one's weights.
"""

import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from crossnet.files import write_atomically
from crossnet.terminal import echo
from crossnet.training.checkpointing.files import keep_newest, steps_in
from crossnet.training.checkpointing.fingerprint import Identity, differing, fingerprint, run_identity

if TYPE_CHECKING:
    from lightning_fabric import Fabric

OWNER = "holder"  # a file beside the lock that names the process


class LockedError(RuntimeError):
    """Another process writes there; the message is one line and names it."""


def runs_directory() -> Path:
    """Where the runs of this repository are, also when the working folder is an experiment's copy of it."""
    return Path(os.environ.get("DVC_ROOT", ".")) / ".crossnet" / "runs"


def open_run(settings: Mapping[str, Any], data: str, fabric: "Fabric", threads: int) -> AbstractContextManager[Path]:
    """`run_directory` of a run with these settings, this digest of its images, and this process's device."""
    identity = run_identity(settings, data, fabric.device, fabric.world_size, threads)
    return run_directory(fabric.broadcast(identity), fabric.is_global_zero)


@contextmanager
def run_directory(identity: Identity, writes: bool) -> Iterator[Path]:
    """The folder of a run, locked by its first process (the one that `writes`), as is the working folder.

    An interrupted run leaves all of it, to resume from; a finished one its last checkpoint alone, since the model is
    not safe before DVC has saved it. Raises LockedError where another process has it.
    """
    folder = runs_directory() / fingerprint(identity)
    if not writes:
        yield folder
        return
    with run_lock(Path(".crossnet")), run_lock(folder):
        recorded = _read(folder / "run.json")
        if recorded is None:
            if not steps_in(folder) and (reason := explain_fresh_start(runs_directory(), identity)):
                echo(reason)
            write_atomically(folder / "run.json", json.dumps(identity, indent=1, sort_keys=True) + "\n", lasting=True)
        elif steps_in(folder) and recorded.get("threads") != identity["threads"]:
            before, now = recorded.get("threads"), identity["threads"]
            echo(f"threads: {now}, but {before} when the run began: last bits will differ")
        yield folder
        keep_newest(1, folder)


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Lock a folder for this process, until it ends, however it ends. Raises LockedError where another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=1)  # `lock_owner` has it for less
    except Timeout:
        raise LockedError(f"{folder}: is being written by {_owner(folder)}; let it end, or end it first") from None
    try:
        write_atomically(folder / OWNER, f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        (folder / OWNER).unlink(missing_ok=True)
        lock.release()


def lock_owner(folder: Path) -> str | None:
    """The process that has locked a folder now; None where none has, or where the folder is gone."""
    if not folder.is_dir():
        return None
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _owner(folder)
    except OSError:
        return None
    lock.release()
    return None


def is_run(path: Path) -> bool:
    """Whether a path in a folder of runs is a run's: a folder, and no link to one, with a fingerprint's name."""
    return re.fullmatch("[0-9a-f]{16}", path.name) is not None and path.is_dir() and not path.is_symlink()


def recorded_runs(folder: Path) -> Iterator[tuple[Path, Identity]]:
    """The runs of a folder of runs whose record can be read, and the identity of each."""
    for path in sorted(folder.glob("*/run.json")):
        if is_run(path.parent) and (identity := _read(path)):
            yield path.parent, identity


def explain_fresh_start(folder: Path, identity: Identity) -> str | None:
    """What differs between a run and the most similar one that has checkpoints; None where there is no other."""
    others = {
        path.name: differing(identity, other)
        for path, other in recorded_runs(folder)
        if path.name != fingerprint(identity) and steps_in(path)
    }
    if not others:
        return None
    nearest = min(others, key=lambda name: len(others[name]))
    keys = others[nearest]
    shown = ", ".join(keys[:4]) + (f" and {len(keys) - 4} more" if len(keys) > 4 else "")
    return f"a fresh start: the checkpoints of {nearest} are of another run ({shown} differ)"


def _read(path: Path) -> Identity | None:
    """The recorded identity of a run; None where the file is gone or damaged."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("settings"), dict) else None


def _owner(folder: Path) -> str:
    try:
        return (folder / OWNER).read_text() or "another process"
    except OSError:
        return "another process"

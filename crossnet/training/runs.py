"""Where unfinished runs keep their checkpoints: a folder each, named after everything that shapes the run.

The folder is `.crossnet/runs/<fingerprint>` of the repository, which DVC does not manage, and which stays the same
for an experiment that runs in a temporary copy (`$DVC_ROOT`). A run of other parameters, data or code has another
fingerprint, so it can never go on from this one's weights.
"""

import hashlib
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import crossnet

Identity = Mapping[str, Any]  # what shapes a run, by name: plain values, and digests of data and code


class BusyError(RuntimeError):
    """Somebody else writes there; the message is one line and names the process."""


def runs_folder() -> Path:
    """Where the runs of this repository are, also when the working folder is an experiment's copy of it."""
    return Path(os.environ.get("DVC_ROOT", ".")) / ".crossnet" / "runs"


def fingerprint(identity: Identity) -> str:
    """Sixteen hexadecimal digits that differ whenever anything of an identity does."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]


def identify(settings: Mapping[str, Any], data: str, device: str, processes: int) -> Identity:
    """Everything that shapes a run: its settings (`method` among them), the digest of its data, code and machine."""
    package = Path(crossnet.__file__).parent
    folders = [package / "nn", package / "training", package / "methods" / settings["method"]]
    code = sorted(path for folder in folders for path in folder.rglob("*.py"))
    total = hashlib.sha256()
    for path in [*code, package / "images.py"]:
        total.update(f"{path.relative_to(package)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    where = {"device": device, "processes": processes, "torch": version("torch")}
    return {"settings": settings, "data": data, "code": total.hexdigest()} | where


@contextmanager
def claimed(identity: Identity, writes: bool) -> Iterator[Path]:
    """The folder of a run, held by its first process (the one that `writes`), as is the working folder.

    It is removed at the end, and kept where the run breaks off, to go on from. Raises BusyError where it is held.
    """
    folder = runs_folder() / fingerprint(identity)
    if not writes:
        yield folder
        return
    with only_writer(Path(".crossnet")), only_writer(folder):
        if not (folder / "run.json").exists():
            if reason := why_fresh(runs_folder(), identity):
                print(reason, file=sys.stderr, flush=True)
            (folder / "run.json").write_text(json.dumps(identity, indent=1, sort_keys=True) + "\n")
        yield folder
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Run:
    """An unfinished run: its folder, what shaped it, the steps done, bytes on disk, and who trains it now, if any."""

    folder: Path
    identity: Identity
    step: int
    size: int
    changed: float
    holder: str | None


def listing(folder: Path) -> Iterator[Run]:
    """The runs of a folder of runs, the one changed last first."""
    for path in sorted(folder.glob("*/run.json"), key=lambda p: p.parent.stat().st_mtime, reverse=True):
        files = [file for file in path.parent.rglob("*") if file.is_file()]
        steps = [int(step.name.removeprefix("step-")) for step in path.parent.glob("step-*")]
        changed = max(file.stat().st_mtime for file in files)
        size, held = sum(file.stat().st_size for file in files), holder(path.parent)
        yield Run(path.parent, json.loads(path.read_text()), max(steps, default=0), size, changed, held)


def why_fresh(folder: Path, identity: Identity) -> str | None:
    """What differs between a run and the one most like it that has checkpoints; None where there is no other."""
    others = [run for run in listing(folder) if run.step and fingerprint(run.identity) != fingerprint(identity)]
    if not others:
        return None
    differing = {run.folder.name: _differing(identity, run.identity) for run in others}
    nearest = min(differing, key=lambda name: len(differing[name]))
    keys = differing[nearest]
    shown = ", ".join(keys[:4]) + (f" and {len(keys) - 4} more" if len(keys) > 4 else "")
    return f"a fresh start: the checkpoints of {nearest} are of another run ({shown} differ)"


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone, until it ends, however it ends. Raises BusyError where it is held."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=1)  # a look at who holds it takes no longer
    except Timeout:
        raise BusyError(f"{folder}: is being written by {_holder(folder)}; let it end, or end it first") from None
    try:
        (folder / "holder").write_text(f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        (folder / "holder").unlink(missing_ok=True)
        lock.release()


def holder(folder: Path) -> str | None:
    """Who holds a folder now, or None."""
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _holder(folder)
    lock.release()
    return None


def remove(run: Run) -> None:
    """Delete a run that nobody trains. Raises BusyError where somebody does."""
    with only_writer(run.folder):
        shutil.rmtree(run.folder)


def age(run: Run) -> float:
    """Seconds since anything of a run changed."""
    return time.time() - run.changed


def _holder(folder: Path) -> str:
    try:
        return (folder / "holder").read_text() or "another process"
    except OSError:
        return "another process"


def _differing(one: Identity, other: Identity) -> list[str]:
    first, second = _flat(one), _flat(other)
    return sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))


def _flat(values: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {prefix.removesuffix("."): values}
    return {key: value for name in values for key, value in _flat(values[name], f"{prefix}{name}.").items()}

"""Where runs keep their checkpoints until their model is safe: a folder each, named after all that shapes the run.

The folder is `.crossnet/runs/<fingerprint>` of the repository, which DVC does not manage, and which stays the same
for an experiment that runs in a temporary copy (`$DVC_ROOT`). A run of other parameters, data or code has another
fingerprint, so it can never go on from this one's weights.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import crossnet
from crossnet.engine.cpu.winograd_native import used
from crossnet.files import write_atomically
from crossnet.terminal import echo
from crossnet.training.checkpointing.files import keep_newest, steps_in
from crossnet.training.checkpointing.run_lock import only_writer
from crossnet.training.machine import kind

ON_CUDA = ("graphs", "compile")  # of params.yaml's training
Identity = Mapping[str, Any]  # what shapes a run, by name: plain values, and digests of data and code


def runs_folder() -> Path:
    """Where the runs of this repository are, also when the working folder is an experiment's copy of it."""
    return Path(os.environ.get("DVC_ROOT", ".")) / ".crossnet" / "runs"


def fingerprint(identity: Identity) -> str:
    """Sixteen hexadecimal digits that differ whenever anything of an identity does but its threads.

    Their number changes last bits alone, and a run had better go on than begin anew for them.
    """
    return hashlib.sha256(json.dumps(_shaping(identity), sort_keys=True).encode()).hexdigest()[:16]


def identify(
    settings: Mapping[str, Any], data: str, device: torch.device, processes: int, threads: int, stage: Path
) -> Identity:
    """Everything that shapes a run: its settings (`method` among them), the digest of its data, code and machine.

    The code is the package's, as far as a training reaches, and that of the stage. How a CUDA GPU is driven shapes
    nothing elsewhere.
    """
    if device.type != "cuda":
        training = {key: value for key, value in settings.get("training", {}).items() if key not in ON_CUDA}
        settings = {**settings, "training": training}
    package = Path(crossnet.__file__).parent
    folders = [package / "nn", package / "training", package / "methods" / settings["method"]]
    code = sorted(path for folder in folders for kind_of in ("*.py", "*.cpp") for path in folder.rglob(kind_of))
    total = hashlib.sha256()
    named = {str(path.relative_to(package)): path for path in [*code, package / "images.py"]} | {"stage": stage}
    for name, path in named.items():
        total.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    where = {"device": kind(device), "processes": processes, "threads": threads, "convolutions": used()}
    where |= {library: version(library) for library in ("torch", "numpy")}
    return {"settings": settings, "data": data, "code": total.hexdigest()} | where


@contextmanager
def claimed(identity: Identity, writes: bool) -> Iterator[Path]:
    """The folder of a run, held by its first process (the one that `writes`), as is the working folder.

    It stays where the run breaks off, to go on from; at the end it stays with its last checkpoint alone, since the
    model is not safe before DVC has saved it. Raises BusyError where it is held.
    """
    folder = runs_folder() / fingerprint(identity)
    if not writes:
        yield folder
        return
    with only_writer(Path(".crossnet")), only_writer(folder):
        begun = _read(folder / "run.json")
        if begun is None:
            if not steps_in(folder) and (reason := why_fresh(runs_folder(), identity)):
                echo(reason)
            write_atomically(folder / "run.json", json.dumps(identity, indent=1, sort_keys=True) + "\n", lasting=True)
        elif steps_in(folder) and begun.get("threads") != identity["threads"]:
            before, now = begun.get("threads"), identity["threads"]
            echo(f"threads: {now}, but {before} when the run began: last bits will differ")
        yield folder
        keep_newest(1, folder)


def is_run(path: Path) -> bool:
    """Whether a path in a folder of runs is a run's: a folder, and no link to one, with a fingerprint's name."""
    return re.fullmatch("[0-9a-f]{16}", path.name) is not None and path.is_dir() and not path.is_symlink()


def recorded(folder: Path) -> Iterator[tuple[Path, Identity]]:
    """The runs of a folder of runs and what shaped each, as far as that can be read when it is their turn."""
    for path in sorted(folder.glob("*/run.json")):
        if is_run(path.parent) and (identity := _read(path)):
            yield path.parent, identity


def why_fresh(folder: Path, identity: Identity) -> str | None:
    """What differs between a run and the one most like it that has checkpoints; None where there is no other."""
    name = fingerprint(identity)
    differing = {
        path.name: _differing(identity, other)
        for path, other in recorded(folder)
        if path.name != name and steps_in(path)
    }
    if not differing:
        return None
    nearest = min(differing, key=lambda name: len(differing[name]))
    keys = differing[nearest]
    shown = ", ".join(keys[:4]) + (f" and {len(keys) - 4} more" if len(keys) > 4 else "")
    return f"a fresh start: the checkpoints of {nearest} are of another run ({shown} differ)"


def _shaping(identity: Identity) -> Identity:
    return {key: value for key, value in identity.items() if key != "threads"}


def _read(path: Path) -> Identity | None:
    """What shaped a run; None where its file is gone, or is not what was written."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("settings"), dict) else None


def _differing(one: Identity, other: Identity) -> list[str]:
    first, second = _flat(_shaping(one)), _flat(_shaping(other))
    return sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))


def _flat(values: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {prefix.removesuffix("."): values}
    return {key: value for name in values for key, value in _flat(values[name], f"{prefix}{name}.").items()}

"""What made a run: the commit, what differs from it, and what DVC's lock says of its stages and data."""

import hashlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML


@dataclass(frozen=True)
class Source:
    """The commit that a working tree stands on, and which of its files differ from it."""

    commit: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Out:
    """Data that a stage wrote: DVC's hash (of a folder: with .dir at its end), bytes and, of a folder, files."""

    stage: str
    path: str
    hash: str
    size: int
    files: int | None


@dataclass(frozen=True)
class Lock:
    """dvc.lock, as it is before a stage's own entry is written: a digest, and what was written."""

    digest: str  # SHA-256, 64 hexadecimal digits
    outs: tuple[Out, ...]


def source(tree: Path, but: Sequence[str] = ()) -> Source | None:
    """What git says of a tree, `but` paths (pathspecs) left out; None where git or the repository is missing."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tree), "--no-optional-locks", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    try:
        commit = git("rev-parse", "--verify", "HEAD").strip()
        pathspecs = (".", *(f":(exclude){path}" for path in but))
        lines = git("status", "--porcelain", "-z", "--no-renames", "--", *pathspecs).split("\0")
    except (OSError, subprocess.SubprocessError):
        return None
    return Source(commit, tuple(sorted(line[3:] for line in lines if line)))


def lock(path: Path, but: str) -> Lock | None:
    """What dvc.lock says of all stages but one; None where there is no such file or nothing in it.

    That one is the stage which asks: DVC writes its entry after it, so a digest of the whole file would name the run
    before. The digest is of the entries as JSON with sorted keys, hence of what was run and not of how it is written.
    """
    if not path.is_file():
        return None
    stages = (YAML(typ="safe").load(path) or {}).get("stages") or {}
    entries = {name: entry for name, entry in stages.items() if name != but}
    if not entries:
        return None
    text = json.dumps(entries, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    outs = (
        Out(name, out["path"], out.get(out.get("hash", "md5"), ""), out.get("size", 0), out.get("nfiles"))
        for name, entry in entries.items()
        for out in entry.get("outs", ())
    )
    return Lock(hashlib.sha256(text.encode("ascii")).hexdigest(), tuple(outs))

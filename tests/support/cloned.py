"""A fresh clone of the working tree at scale=smoke, and the commands that a user types in it."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.committed import restore
from tests.support.paths import ROOT


def environment() -> dict[str, str]:
    """This Python's programs first, and somebody to commit as."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    who = {f"GIT_{role}_{what}": "test@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return os.environ | who | {"PATH": paths, "PYTHONPATH": ""}


def run(folder: Path, *command: str, wanted: int | None = 0) -> str:
    """Standard output and error of a command in a folder; checks its exit status."""
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=280, check=False
    )
    output = done.stdout + done.stderr
    assert wanted is None or done.returncode == wanted, f"{' '.join(command)} exited with {done.returncode}:\n{output}"
    return output


def commit(folder: Path, message: str) -> None:
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "--quiet", "--allow-empty", "-m", message)


def set_parameter(folder: Path, key: str, value: Any) -> None:
    """Write one dotted key of params.yaml, comments kept."""
    yaml, path = YAML(), folder / "params.yaml"
    block = values = yaml.load(path)
    *parents, last = key.split(".")
    for parent in parents:
        block = block[parent]
    block[last] = value
    yaml.dump(values, path)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fresh(folder: Path) -> None:
    """Make an empty folder a clone with one change, scale: smoke, committed."""
    tracked = run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in tracked:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    run(folder, "git", "init", "--quiet")
    restore(folder / "params.yaml")
    set_parameter(folder, "scale", "smoke")
    commit(folder, "a fresh clone")

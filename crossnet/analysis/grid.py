"""The grid of the paper's ablation (Fig. 5) with CycleGAN, as plain `dvc exp run --queue` commands."""

import shlex
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from crossnet.analysis.rows import CHOICES_FROM
from crossnet.analysis.settings import ABLATION, METHODS, Settings, effective, written

SLUGS = {"GAN+Id": "gan-id", "+ZId": "zid", "+CTC": "ctc", "CrossNet": "crossnet", "CycleGAN": "cyclegan"}


class QueueError(RuntimeError):
    """DVC did not queue an experiment; the message is one line: the command and what DVC said."""


@dataclass(frozen=True)
class Wanted:
    """One run of the grid: its column's name, its method and seed, what `-S` sets, and the experiment's name."""

    column: str
    method: str
    seed: int
    sets: Settings
    experiment: str

    @property
    def command(self) -> list[str]:
        """The command that queues it."""
        sets = [word for key, value in self.sets.items() for word in ("-S", f"{key}={written(value)}")]
        return ["dvc", "exp", "run", "--queue", "--name", self.experiment, *sets]


def columns() -> dict[str, tuple[str, Settings]]:
    """The columns of Fig. 5 and CycleGAN by name: the method, and the weights that are zero."""
    return {name: ("crossnet", zeros) for name, zeros in ABLATION.items()} | {METHODS["cyclegan"]: ("cyclegan", {})}


def grid(task: str, scale: str, seeds: Sequence[int], rows: Sequence[str], taken: Collection[str]) -> list[Wanted]:
    """The runs of these columns and seeds, seed by seed, so that what is stopped is of use.

    Task, scale, method, seed and its split are set, and to zero the weights that a column is without; all else stays
    as it is in params.yaml. An experiment is called <task>-<scale>-<column>-<seed>, with a number after it where that
    is taken: DVC would refuse the second one when it is finished.
    """
    found = []
    for seed in seeds:
        for name in rows:
            method, zeros = columns()[name]
            split = "valid" if seed >= CHOICES_FROM else "test"
            sets = {"task": task, "scale": scale, "split": split, "method": method, "seed": seed} | zeros
            title = f"{task}-{scale}-{SLUGS[name]}-{seed}".replace("_", "-")
            free = next(t for t in chain([title], (f"{title}-{i}" for i in count(2))) if t not in taken)
            found.append(Wanted(name, method, seed, sets, free))
    return found


def settings_of(wanted: Wanted, params: Mapping[str, Any]) -> Settings:
    """The effective settings that a run of the grid will have."""
    return effective({**params, **wanted.sets})


def shown(command: Sequence[str]) -> str:
    """A command as a user would type it."""
    return shlex.join(command)


def queue(wanted: Wanted, root: Path) -> None:
    """Queue it with the `dvc` of this Python. Raises QueueError."""
    command = wanted.command
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise QueueError(f"{shown(command)}: {said[0].strip() if said else f'exit status {done.returncode}'}")

"""What `crossnet ablation` queues: the columns of Fig. 5 and CycleGAN, as `dvc exp run --queue` commands."""

import shlex
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from crossnet.analysis.load import CHOICES_FROM
from crossnet.analysis.variants import ABLATION, CYCLEGAN, Settings, literal

GRID: dict[str, tuple[str, str, Settings]] = {  # a name in --rows -> variant, method, the weights that are zero
    **{key: (variant, "crossnet", ABLATION[variant]) for key, variant in zip(
        ("gan-id", "zid", "ctc", "crossnet"), ABLATION, strict=True
    )},
    "cyclegan": (CYCLEGAN, "cyclegan", {}),
}  # fmt: skip


class QueueError(RuntimeError):
    """DVC did not queue an experiment; the message is one line: the command and what DVC printed."""


@dataclass(frozen=True)
class GridRun:
    """One run of the grid: its variant, the parameters that `-S` sets, and the experiment's name."""

    variant: str
    params: dict[str, Any]
    experiment: str

    @property
    def command(self) -> list[str]:
        """The command that queues it."""
        sets = [word for key, value in self.params.items() for word in ("-S", f"{key}={literal(value)}")]
        return ["dvc", "exp", "run", "--queue", "--name", self.experiment, *sets]

    def __str__(self) -> str:
        """The command as a user would type it."""
        return shlex.join(self.command)


def grid(task: str, scale: str, seeds: Sequence[int], keys: Collection[str], taken: Collection[str]) -> list[GridRun]:
    """The runs of some keys of GRID, seed by seed, so that an interrupted queue is of use.

    Task, scale, split, method and seed are set, and to zero the weights that a variant lacks; all else stays as it is
    in params.yaml. An experiment is called <task>-<scale>-<key>-<seed>, with a number after it where that is taken:
    DVC would refuse the second one when it is finished.
    """
    found = []
    for seed in seeds:
        for key, (variant, method, zeros) in GRID.items():
            if key not in keys:
                continue
            split = "valid" if seed >= CHOICES_FROM else "test"
            params = {"task": task, "scale": scale, "split": split, "method": method, "seed": seed} | zeros
            title = f"{task}-{scale}-{key}-{seed}".replace("_", "-")
            free = next(t for t in chain([title], (f"{title}-{i}" for i in count(2))) if t not in taken)
            found.append(GridRun(variant, params, free))
    return found


def queue(run: GridRun, root: Path) -> None:
    """Queue a run with the `dvc` of this Python. Raises QueueError."""
    command = [sys.executable, "-m", *run.command]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        output = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise QueueError(f"{run}: {output[0].strip() if output else f'exit status {done.returncode}'}")

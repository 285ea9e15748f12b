"""The real train stage, as a process of its own on a prepared task of a few random images."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from ruamel.yaml import YAML

from stages._command import command
from stages.train import train_stage
from tests.support.committed import CHOICES, PARAMS
from tests.support.forked import CONTEXT
from tests.support.paths import ROOT

TRAIN = [sys.executable, "-m", "stages.train"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def project(folder: Path, **changed: Any) -> Path:
    """A working folder at scale=smoke that saves at every step; `changed` keys have dots written as two underscores."""
    for side, first in (("trainA", 0), ("trainB", 10), ("testA", 20), ("testB", 30)):
        (folder / "data/prepared/sculptures" / side).mkdir(parents=True)
        edge = 36 if side.startswith("train") else 32
        for number in range(4):
            pixels = np.random.default_rng(first + number).integers(0, 256, (edge, edge, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "data/prepared/sculptures" / side / f"{number}.png")
    set_parameters(folder, **{"scale": "smoke", "checkpoints__every_seconds": 0.0, "checkpoints__share": 1.0} | changed)
    return folder


def set_parameters(folder: Path, **changed: Any) -> None:
    """Change keys of a folder's params.yaml, which begins as the committed one."""
    yaml, path = YAML(), folder / "params.yaml"
    values = yaml.load(path) if path.exists() else yaml.load(PARAMS) | CHOICES
    for key, value in changed.items():
        block = values
        *parents, last = key.split("__")
        for parent in parents:
            block = block[parent]
        block[last] = value
    yaml.dump(values, path)


def stage(folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    """Run the stage as a command to its end; `before` are words to put before the command."""
    return subprocess.run(
        [*before, *TRAIN],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


class Begun:
    """The stage, started: what TRAIN runs, in a process forked from one that has its imports."""

    def __init__(self, folder: Path, **environment: str):
        self._told = folder / f"stderr-{time.monotonic_ns()}.txt"
        self.process = CONTEXT.Process(target=_train, args=(folder, self._told, environment))
        self.process.start()

    def told(self, timeout_s: float = 100) -> str:
        """What it has written to standard error by its end, which is waited for."""
        self.process.join(timeout_s)
        assert self.process.exitcode is not None, "it does not end"
        return self._told.read_text()


def _train(folder: Path, told: Path, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    os.dup2(os.open(told, os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
    sys.argv = TRAIN[-1:]
    command(train_stage)


def forked(folder: Path, **environment: str) -> tuple[int | None, str]:
    """The exit status of the stage, forked, and what it told."""
    begun = Begun(folder, **environment)
    told = begun.told()
    return begun.process.exitcode, told


def checkpoints(folder: Path) -> list[Path]:
    """All checkpoints in a working folder, the newest last."""
    return sorted((folder / ".crossnet/runs").glob("*/step-*"), key=lambda path: path.name)

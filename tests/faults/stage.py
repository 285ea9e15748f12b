"""The real train stage, as a process of its own on a prepared task of a few random images."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from ruamel.yaml import YAML

from tests.committed import CHOICES, PARAMS

ROOT = Path(__file__).parents[2]
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


def stage(folder: Path, *before: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the stage to its end; `before` are words to put before the command."""
    return subprocess.run(
        [*before, *TRAIN],
        cwd=folder, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def begun(folder: Path) -> subprocess.Popen[str]:
    """The stage, started."""
    return subprocess.Popen(TRAIN, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)


def checkpoints(folder: Path) -> list[Path]:
    """All checkpoints in a working folder, the newest last."""
    return sorted((folder / ".crossnet/runs").glob("*/step-*"), key=lambda path: path.name)

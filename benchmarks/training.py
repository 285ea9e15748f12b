"""The default training and the naive one, whole, from a process's start to its end: `python -m benchmarks.training`.

Both are the train stage on the prepared task of params.yaml, one after the other, in a folder that is thrown away, with
nothing compiled before. The naive one calls each network once for each use, by torch's usual means
(`benchmarks.naive`). Minutes each; `dvc repro prepare` comes first.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from lightning_fabric import Fabric

from benchmarks.naive import naive_method, naive_optimisers
from crossnet.engine.executor import Apply, one_by_one
from crossnet.params import load_params
from stages.train import train_stage

KINDS = ("here", "naive")
ROOT = Path(__file__).parent.parent


def one_at_a_time(fabric: Fabric, *options: Any) -> Apply:
    """One call for each use, with all threads."""
    return one_by_one


def train_here(kind: str) -> None:
    """Train in this folder."""
    params = load_params(Path("params.yaml")).model_copy(update={"method": "crossnet"})
    if kind == "here":
        train_stage(params)
        return
    with (
        patch("stages.train.load", lambda name: naive_method),
        patch("stages.train.spread", one_at_a_time),
        patch("crossnet.training.step.optimisers", naive_optimisers),
    ):
        train_stage(params)


def seconds(kind: str) -> float:
    """From the start of a process that trains to its end."""
    environment = {key: value for key, value in os.environ.items() if key != "DVC_ROOT"}
    with TemporaryDirectory() as folder:
        Path(folder, "params.yaml").symlink_to(ROOT / "params.yaml")
        Path(folder, "data").mkdir()
        Path(folder, "data/prepared").symlink_to(ROOT / "data/prepared")
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "benchmarks.training", kind],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT), "CROSSNET_CACHE": f"{folder}/cache"},
            check=True,
        )
        return time.perf_counter() - began


def main(arguments: list[str]) -> None:
    """Train in this folder as the argument says, or time both."""
    if arguments:
        train_here(arguments[0])
        return
    if not (ROOT / "data/prepared" / load_params(ROOT / "params.yaml").task).is_dir():
        sys.exit("error: data/prepared: nothing to train on; run `dvc repro prepare` first")
    taken = {kind: seconds(kind) for kind in KINDS}
    print(", ".join(f"{kind} {value:.0f} s" for kind, value in taken.items()), end="")
    print(f": {taken['naive'] / taken['here']:.2f} times as long")


if __name__ == "__main__":
    main(sys.argv[1:])

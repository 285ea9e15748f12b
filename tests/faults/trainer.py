"""A training in a process of its own, which a test may kill: as the stage does it, on the smallest networks."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from socket import socket
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from crossnet.engine.cpu.winograd_native import used
from crossnet.engine.engine import select
from crossnet.training.checkpointing.policy import CheckpointPolicy
from crossnet.training.devices import start
from crossnet.training.logging import TrainingLog
from crossnet.training.loop import train
from crossnet.training.seeds import deterministic
from tests.support import tiny
from tests.support.forked import CONTEXT


@dataclass(frozen=True)
class Job:
    """A training: how long, how often it saves, where, and of how many processes."""

    folder: Path
    images: int
    every_seconds: float = 0.0
    batch: int = 2
    processes: int = 1
    history: int = 4

    @property
    def outcome(self) -> Path:
        return self.folder / "outcome"


def outcome(job: Job, rank: int = 0) -> dict[str, Tensor]:
    """The weights and histories that a finished training has come to."""
    return load_file(job.outcome / f"{rank}.safetensors")


def last_state(job: Job, rank: int = 0) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """All that its last checkpoint holds but its log, and the time that it took: optimisers and random states too."""
    newest = max((job.folder / "run").glob("step-*")) / f"rank-{rank}.safetensors"
    with safe_open(newest, framework="pt") as opened:
        facts = json.loads(opened.metadata()["facts"])
    return load_file(newest), {name: fact for name, fact in facts.items() if name not in ("rows", "seconds")}


def log(job: Job) -> list[tuple[str, float, int]]:
    """Its rows, without the speed."""
    rows = json.loads((job.outcome / "log.json").read_text())
    return [(name, value, done) for name, value, done in rows if name != "images_per_second"]


def train_one(job: Job, rank: int = 0, port: int = 0) -> None:
    """Train to the end, or as far as one is let."""
    deterministic(0)
    torch.set_num_threads(2 if job.processes == 1 else 1)  # and so in two lanes, as by default
    if job.processes > 1:  # what torchrun tells a process
        os.environ |= {
            "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(job.processes),
            "LOCAL_WORLD_SIZE": str(job.processes), "GROUP_RANK": "0", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port), "TORCHELASTIC_RUN_ID": "test",
        }  # fmt: skip
    fabric = start("cpu", job.processes, 1, "32-true")
    engine = select("auto", fabric, "32-true")
    made = tiny.method("crossnet", image_pool=job.history, rank=rank, executor=engine.executor, width=4)
    engine.prepare(made)
    batches = tiny.tiny_batches(job.batch, rank=rank, processes=job.processes)
    plan = tiny.tiny_schedule(images=job.images, batch=job.batch * job.processes, ema_decay=0.9, log_every=7)
    rows = TrainingLog(job.folder / "pictures")
    with CheckpointPolicy(job.folder / "run", fabric, 2, job.every_seconds, 1.0) as policy:
        train(made, batches, fabric, plan, rows, policy)
    job.outcome.mkdir(parents=True, exist_ok=True)
    save_file(tiny.weights_of(made) | tiny.pools_of(made), job.outcome / f"{rank}.safetensors")
    if rank == 0:
        (job.outcome / "log.json").write_text(json.dumps(rows.rows))
        (job.outcome / "convolutions").write_text(used())


@contextmanager
def training(job: Job) -> Iterator[list[BaseProcess]]:
    """Its processes, started; whatever of them is left at the end is killed."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = [CONTEXT.Process(target=train_one, args=(job, rank, port)) for rank in range(job.processes)]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.join()


def finish(job: Job) -> None:
    """Train to the end."""
    with training(job) as processes:
        for process in processes:
            process.join(240)
            assert process.exitcode == 0

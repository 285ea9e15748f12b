from pathlib import Path

from crossnet.engine.engine import select
from crossnet.files import write_json
from crossnet.methods.base import load
from crossnet.model import save_model
from crossnet.params import Params
from crossnet.terminal import steps_shown
from crossnet.training.batches import Batches, load_side
from crossnet.training.checkpointing.files import Checkpoints
from crossnet.training.checkpointing.fingerprint import run_identity
from crossnet.training.checkpointing.policy import CheckpointPolicy
from crossnet.training.checkpointing.run_directory import run_directory
from crossnet.training.devices import start
from crossnet.training.logging import TrainingLog, live_writer
from crossnet.training.loop import train
from crossnet.training.machine import deterministic, summarise
from crossnet.training.preview import Preview, watched
from crossnet.training.schedule import Schedule
from stages._command import command

PREPARED, REPORTS, MODEL = Path("data/prepared"), Path("reports/training"), Path("data/model")


def train_stage(params: Params) -> None:
    """Train the method on the prepared task: weights in data/model, the log in reports/training."""
    prepared, options, size, saving = PREPARED / params.task, params.training, params.images.size, params.checkpoints
    deterministic(params.seed)
    fabric = start(options.accelerator, options.devices, options.nodes, options.precision)
    first, rank, processes = fabric.is_global_zero, fabric.global_rank, fabric.world_size
    engine = select(params.engine, fabric, options.precision, options.cuda_graphs, options.compile)
    method = load(params.method)(**params.setup, seed=params.seed, rank=rank, executor=engine.executor)
    engine.prepare(method)
    side_a, side_b = load_side(prepared / "trainA"), load_side(prepared / "trainB")
    batches = Batches(side_a, side_b, options.batch, size, options.flip, params.seed, rank, processes)
    schedule = Schedule(options.images(batches.epoch_images), batches.global_batch, **options.schedule)
    described = {"task": params.task, "size": size, "seed": params.seed, "global_batch": schedule.batch}
    config = {"method": params.method} | params.setup | described
    settings, threads = config | {"engine": params.engine, "training": options.model_dump()}, engine.threads
    identity = run_identity(settings, batches.digest(), fabric.device, processes, threads)
    track = steps_shown(f"training {params.method}") if first else iter
    with run_directory(fabric.broadcast(identity), first) as folder, live_writer(REPORTS, first) as writer:
        log, preview = TrainingLog(folder / "pictures", writer), Preview(*watched(prepared)) if first else None
        checkpoints = Checkpoints(folder, saving.keep, fabric)
        with CheckpointPolicy(checkpoints, saving.every_seconds, saving.share, fabric) as policy:
            seconds = train(method, batches, fabric, schedule, log, policy, preview, track, engine.capture)
        if first:
            save_model(MODEL, method, config)
            summary = summarise(method, schedule, seconds, fabric.device, threads)
            write_json(REPORTS / "summary.json", {"run": folder.name} | summary)


if __name__ == "__main__":
    command(train_stage)

from pathlib import Path

from crossnet.engine.engine import select
from crossnet.files import write_json
from crossnet.methods.base import load
from crossnet.model import save_model
from crossnet.params import Params
from crossnet.terminal import steps_shown
from crossnet.training.batches import Batches
from crossnet.training.checkpointing.policy import CheckpointPolicy
from crossnet.training.checkpointing.run_directory import open_run
from crossnet.training.devices import start
from crossnet.training.logging import TrainingLog, live_writer
from crossnet.training.loop import train
from crossnet.training.machine import summarise
from crossnet.training.preview import Preview
from crossnet.training.schedule import Schedule
from crossnet.training.seeds import deterministic
from stages._command import command


def train_stage(params: Params) -> None:
    """Train the method on the prepared task: weights in data/model, the log in reports/training."""
    data, reports, options = Path("data/prepared") / params.task, Path("reports/training"), params.training
    deterministic(params.seed)
    fabric = start(options.accelerator, options.devices, options.nodes, options.precision)
    engine = select(params.engine, fabric, options.precision, options.cuda_graphs, options.compile)
    method = load(params.method)(**params.setup, seed=params.seed, rank=fabric.global_rank, executor=engine.executor)
    engine.prepare(method)
    batches = Batches.load(data, options.batch, params.images.size, options.flip, params.seed, fabric, method.paired)
    schedule = Schedule(**options.plan(batches.epoch_images, batches.global_batch) | method.pace)
    config, first = params.model_description(schedule.batch), fabric.is_global_zero
    settings = config | {"engine": params.engine, "training": options.model_dump()}
    track = steps_shown(f"training {params.method}") if first else iter
    with open_run(settings, batches.digest(), fabric, engine.threads) as folder, live_writer(reports, first) as writer:
        log, preview = TrainingLog(folder / "pictures", writer), Preview(data) if first else None
        with CheckpointPolicy(folder, fabric, **params.checkpoints.model_dump()) as policy:
            seconds = train(method, batches, fabric, schedule, log, policy, preview, track, engine.capture)
        if first:
            save_model(Path("data/model"), method, config)
            write_json(reports / "summary.json", summarise(folder.name, method, schedule, seconds, engine.threads))


if __name__ == "__main__":
    command(train_stage)

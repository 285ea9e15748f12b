from collections.abc import Iterable
from pathlib import Path

from crossnet.files import write_json
from crossnet.methods.base import load
from crossnet.model import save_model
from crossnet.params import Params
from crossnet.terminal import progress
from crossnet.training.batches import Batches, load_side
from crossnet.training.checkpointing.files import Checkpoints
from crossnet.training.checkpointing.policy import Keeper
from crossnet.training.checkpointing.run_directory import claimed, identify
from crossnet.training.devices import recorder, spread, start, threads_of
from crossnet.training.log_replay import Journal
from crossnet.training.loop import train
from crossnet.training.machine import deterministic, summarise
from crossnet.training.preview import Preview, watched
from crossnet.training.schedule import Plan
from stages._command import command
from stages.live import live_log

PREPARED, REPORTS, MODEL = Path("data/prepared"), Path("reports/training"), Path("data/model")


def train_stage(params: Params) -> None:
    """Train the method on the prepared task: weights in data/model, the log in reports/training."""
    prepared, options, size, kept = PREPARED / params.task, params.training, params.images.size, params.checkpoints
    deterministic(params.seed)
    fabric = start(options.accelerator, options.devices, options.nodes, options.precision)
    apply, record = spread(fabric, options.precision, options.graphs, options.compile), recorder(fabric, options.graphs)
    method = load(params.method)(**params.setup, seed=params.seed, rank=fabric.global_rank, apply=apply)
    side_a, side_b, processes = load_side(prepared / "trainA"), load_side(prepared / "trainB"), fabric.world_size
    batches = Batches(side_a, side_b, options.batch, size, options.flip, params.seed, fabric.global_rank, processes)
    preview, first = Preview(*watched(prepared)), fabric.is_global_zero
    plan = Plan(options.images(batches.epoch_images), options.batch * processes, **options.schedule)
    described = {"task": params.task, "size": size, "seed": params.seed, "global_batch": plan.batch}
    config = {"method": params.method} | params.setup | described
    settings, threads = config | {"training": options.model_dump()}, threads_of(apply)
    shaped_by = identify(settings, batches.digest(), fabric.device, processes, threads, Path(__file__))
    with claimed(fabric.broadcast(shaped_by), first) as folder, live_log(REPORTS, first) as (log, show):
        journal = Journal(folder / "pictures", log, show)

        def draw(done: int) -> None:
            if first:
                journal.draw(preview.draw(method), done)

        def ticks(steps: Iterable[int], total: int, before: int) -> Iterable[int]:
            return progress(steps, total, f"training {params.method}", "steps", before) if first else steps

        probe = (lambda: preview.code_ranks(method)) if first else dict
        with Keeper(Checkpoints(folder, kept.keep, fabric), kept.every_seconds, kept.share, fabric) as keeper:
            seconds = train(method, batches, fabric, plan, journal, keeper, draw, ticks, record, probe)
        if first:
            save_model(MODEL, method, config)
            summary = summarise(method, plan.steps, plan.steps * plan.batch, seconds, fabric.device, threads)
            write_json(REPORTS / "summary.json", {"run": folder.name} | summary)


if __name__ == "__main__":
    command(train_stage)

import json
import time
from pathlib import Path
from typing import Any

from dvclive.live import Live

from crossnet.model import save_model
from crossnet.params import Params
from crossnet.progress import progress
from crossnet.training.batches import Batches, load_side
from crossnet.training.loop import Schedule, start, train
from crossnet.training.machine import describe, deterministic, peak_memory_mib
from crossnet.training.method import load
from crossnet.training.preview import Preview
from stages.command import command

PREPARED, REPORTS, MODEL = Path("data/prepared"), Path("reports/training"), Path("data/model")


def train_stage(params: Params) -> None:
    """Train the method on the prepared task: weights in data/model, the log in reports/training."""
    prepared, options, size = PREPARED / params.task, params.training, params.images.size
    deterministic(params.seed)
    fabric = start(options.accelerator, options.devices, options.precision)
    history = options.history.model_dump()
    setup: dict[str, Any] = {"networks": params.networks.model_dump(), "weights": params.weights, "history": history}
    method = load(params.method)(**setup, seed=params.seed)
    side_a, side_b = load_side(prepared / "trainA"), load_side(prepared / "trainB")
    batches = Batches(side_a, side_b, options.batch, size, options.flip, params.seed)
    preview = Preview(prepared / "testA", prepared / "testB")
    images = options.epochs * batches.epoch_images
    steps, grid_steps = -(-images // options.batch), options.grid_every * batches.epoch_images // options.batch
    began = time.monotonic()
    with Live(str(REPORTS), dvcyaml=None, save_dvc_exp=False, report=None) as live:

        def log(name: str, value: float, done: int) -> None:
            live.step = done
            live.log_metric(name, value)

        def after_step(done: int) -> None:
            if done % options.log_every == 0 or done == steps:
                log("images_per_second", done * options.batch / (time.monotonic() - began), done)
            if done % grid_steps == 0 or done == steps:
                live.log_image(f"translations/{done}.png", preview.draw(method))

        train(
            method, batches, fabric, steps=steps, batch=options.batch, lr=options.lr,
            betas=(options.beta1, options.beta2), schedule=Schedule(images, options.decay_from),
            log=log, log_every=options.log_every, after_step=after_step,
            ticks=lambda items, total: progress(items, total, f"training {params.method}", "steps"),
        )  # fmt: skip
    seconds, seen = time.monotonic() - began, steps * options.batch
    described = {"task": params.task, "size": size, "seed": params.seed}
    save_model(MODEL, method, {"method": params.method} | setup | described)
    summary = {
        "seconds": seconds,
        "steps": steps,
        "images_seen": seen,
        "images_per_second": seen / seconds,
        "peak_memory_mib": peak_memory_mib(fabric.device),
        "parameters": {name: sum(p.numel() for p in net.parameters()) for name, net in method.networks.items()},
    }
    (REPORTS / "summary.json").write_text(json.dumps(summary | describe(fabric.device), indent=1) + "\n")


if __name__ == "__main__":
    command(train_stage)

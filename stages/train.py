import json
import time
from functools import partial
from pathlib import Path
from typing import Any

from dvclive.live import Live

from crossnet.model import save_model
from crossnet.params import Params
from crossnet.progress import progress
from crossnet.training.batches import Batches, load_side
from crossnet.training.loop import Plan, start, train
from crossnet.training.machine import deterministic, summarise
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
    images, betas = options.images(batches.epoch_images), (options.beta1, options.beta2)
    plan = Plan(images, options.batch, options.lr, betas, options.decay_from, options.log_every)
    began = time.monotonic()
    with Live(str(REPORTS), dvcyaml=None, save_dvc_exp=False, report=None) as live:

        def log(name: str, value: float, done: int) -> None:
            live.step = done
            live.log_metric(name, value)

        def draw(done: int) -> None:
            if done % options.grid_every == 0 or done == plan.steps:
                live.log_image(f"translations/{done}.png", preview.draw(method))

        ticks = partial(progress, what=f"training {params.method}", unit="steps")
        train(method, batches, fabric, plan, log, draw, ticks)
    described = {"task": params.task, "size": size, "seed": params.seed}
    save_model(MODEL, method, {"method": params.method} | setup | described)
    summary = summarise(method, plan.steps, plan.steps * plan.batch, time.monotonic() - began, fabric.device)
    (REPORTS / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    command(train_stage)

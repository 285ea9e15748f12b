"""The workspace of a finished run, as far as `crossnet export` reads it, made in no time."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from crossnet.methods.base import load
from crossnet.model import save_model
from crossnet.params import load_params
from tests.support.cloned import set_parameter
from tests.support.committed import PARAMS, restore

METRICS: dict[str, Any] = {
    "kid_efflite0": {"to_b": 0.1, "to_b_std": 0.01, "to_b_source": 0.2, "to_b_real": 0.02, "to_b_n": 8},
    "fd_efflite0": {"to_a": 210.0, "to_a_source": 200.0, "to_a_real": 150.0},
    "paired": {"to_b_psnr_background": 10.0, "to_b_psnr_background_input": 54.0, "n": 8},
}
SUMMARY: dict[str, Any] = {
    "seconds": 75.0, "steps": 48, "images_seen": 192, "device": "cpu", "processor": "Some | CPU",
}  # fmt: skip
DATASET: dict[str, Any] = {
    "a": "horses", "b": "zebras", "counts": {"trainA": 1067, "trainB": 1334, "testA": 120, "testB": 140},
}  # fmt: skip
ACCOUNTS: dict[str, dict[str, Any]] = {
    "reports/metrics.json": METRICS,
    "reports/training/summary.json": SUMMARY,
    "data/prepared/sculptures/dataset.json": DATASET,
}


def finished_run(folder: Path) -> Path:
    """Fill a folder with params.yaml (scale smoke), accounts, and data/model, whose weights are random and large."""
    shutil.copy(PARAMS, folder / "params.yaml")
    restore(folder / "params.yaml")
    set_parameter(folder, "scale", "smoke")
    params = load_params(folder / "params.yaml")
    made = load(params.method)(**params.setup, seed=0)
    generator = torch.Generator().manual_seed(0)
    for network in made.networks.values():
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                torch.nn.init.kaiming_normal_(layer.weight, generator=generator)
    described = {"task": params.task, "size": params.images.size, "seed": params.seed, "global_batch": 4}
    save_model(folder / "data/model", made, {"method": params.method} | params.setup | described)
    for name, values in ACCOUNTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(values))
    return folder

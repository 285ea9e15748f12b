"""The stages of the made-up repository: images of noise, and results that follow from the parameters."""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from ruamel.yaml import YAML

SIZE, IMAGES = 16, 4


def save(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def prepare(task: str) -> None:
    folder = Path("data/prepared") / task
    rng = np.random.default_rng(0)
    for i in range(IMAGES):
        for side in ("testA", "testB"):
            save(folder / side / f"{i}.png", rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8))
        save(folder / "masksA" / f"{i}.png", rng.integers(0, 2, (SIZE, SIZE), dtype=np.uint8) * 255)
    about = {"task": task, "a": "noise", "b": "white noise", "paired": True, "size": SIZE}
    about["counts"] = {"trainA": 0, "trainB": 0, "testA": IMAGES, "testB": IMAGES}
    (folder / "dataset.json").write_text(json.dumps(about))


def train(params: dict) -> None:
    of_cyclegan, seed = params["method"] == "cyclegan", params["seed"]
    rng = np.random.default_rng([of_cyclegan, seed])
    for way in ("to_b", "to_a"):
        for i in range(IMAGES):
            save(Path("data/translated") / way / f"{i}.png", rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8))
            codes = Path("data/translated/codes") / way
            codes.mkdir(parents=True, exist_ok=True)
            np.save(codes / f"{i}.npy", rng.standard_normal((5, 4, 4)).astype(np.float16))
    auc = (0.8 if of_cyclegan else 0.9) + 0.01 * seed
    curves = Path("reports/plots/roc")
    curves.mkdir(parents=True, exist_ok=True)
    for name, height in (("translation", auc), ("input", 0.5)):
        (curves / f"{name}.csv").write_text(f"fpr,tpr,threshold\n0,0,-1\n0.5,{height},100\n1,1,255\n")
    ranks = Path("reports/training/plots/metrics/code_rank")
    ranks.mkdir(parents=True, exist_ok=True)
    for code in ("z_a", "z_b"):
        rows = "".join(f"{step}\t{40 / (1 + step) + seed + 1}\n" for step in (0, 10, 20))
        (ranks / f"{code}.tsv").write_text(f"step\t{code}\n{rows}")
    Path("reports/training/summary.json").write_text(json.dumps({"seconds": 120.0 + seed}))
    metrics = {
        "foreground": {"auc": auc, "threshold": 243},
        "kid_efflite0": {"to_b": 0.1 + seed / 100, "to_a": 0.2, "to_b_source": 1.0},
    }
    Path("reports/metrics.json").write_text(json.dumps(metrics))


if __name__ == "__main__":
    values = YAML(typ="safe").load(Path("params.yaml"))
    prepare(values["task"]) if sys.argv[1] == "prepare" else train(values)

"""A made-up run, its files written as the stages before the report would, and the page that the stage makes of it."""

import json
from contextlib import chdir
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image

from stages.report import report as run_stage

HOSTILE = '</script><script>alert("1")</script>'
NAMES = ("plain", 'with "quotes" & <b>', "Äpfel <script>", "it's")  # of test images, in turn
VOID = {"meta", "img", "source", "rect", "line", "circle", "polyline", "br", "link", "input", "hr"}
METRICS: dict[str, Any] = {
    "foreground": {
        "auc": 0.93124,
        "auc_low": 0.9012,
        "auc_high": 0.9534,
        "auc_per_image": 0.942,
        "auc_input": 0.4912,
        "auc_constant": 0.9021,
        "auc_truth": 0.997,
        "auc_within_place": 0.8123,
        "auc_within_place_border_mean": 0.7,
        "auc_within_place_border_mean_low": 0.66,
        "iou": 0.7023,
        "f1": 0.8111,
        "threshold": 243,
        "n": 6,
    },
    "paired": {"to_b_psnr": 18.13, "to_b_ssim": 0.7034, "to_b_background_changed": 0.61, "n": 6},
    "kid_efflite0": {"to_b": 0.1021, "to_b_std": 0.0102, "to_b_n": 1234, "to_b_n_real": 567, "to_a": 0.204},
    "fd_efflite0": {"to_b": 120.34, "to_b_n": 6, "to_b_source": 222.22},
    "signs": {"to_b_inverted": 0.125},
}
SUMMARY: dict[str, Any] = {
    "seconds": 281.2,
    "steps": 3200,
    "images_seen": 12800,
    "peak_memory_mib": 900.4,
    "processor": f"Chip {HOSTILE}",
    "versions": {"torch": "2.13.0"},
    "parameters": {"E_ab": 10999936},
}


class Outline(HTMLParser):
    """Checks that tags nest, and collects them with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def make(
    root: Path,
    *,
    paired: bool = True,
    masks: bool = True,
    trained: bool = True,
    measured: bool = True,
    size: int = 16,
    images: int = 8,
    points: int = 2,
    split: str = "test",
) -> str:
    """The page of a run of the task `t` that lies in root. Every other image is half as high as it is wide."""
    rng = np.random.default_rng(0)
    prepared, reports = root / "data/prepared/t", root / "reports"
    sides = [f"data/prepared/t/{split}A", f"data/prepared/t/{split}B", "data/translated/to_a", "data/translated/to_b"]
    masks_of_split = "masksA" if split == "test" else "validMasksA"
    for side in sides + ([f"data/prepared/t/{masks_of_split}"] if masks else []):
        (root / side).mkdir(parents=True)
        for i in range(images):
            shape = (size // (1 + i % 2), size, 3)
            picture = 255 * _disc(shape) if side.endswith(masks_of_split) else rng.integers(0, 256, shape)
            if side.endswith("to_b") and masks:
                picture = np.where(_disc(shape), picture // 2, 128 + picture // 2)
            Image.fromarray(picture.astype(np.uint8)).save(root / side / f"{name(i)}.png")
    blocks = {"kid_efflite0", "fd_efflite0", "signs"} | ({"paired"} if paired else set())
    metrics = {key: block for key, block in METRICS.items() if key in blocks | ({"foreground"} if masks else set())}
    dataset = {
        "task": "t",
        "size": size,
        "a": f"pictures\x1b[31m {HOSTILE}",
        "b": "pictures on white",
        "paired": paired,
        "valid_paired": paired,
        "truth": {"to_b": "image", "to_a": "object"},
        "counts": {"trainA": 1800, "trainB": 1700, f"{split}A": images, f"{split}B": images},
    }
    prepare = {"kept": dataset["counts"], "enlarged": {"trainA": 3}, "refused_count": 1, "refused": {"x.png": HOSTILE}}
    rows = "".join(f"{t / 255},{t / 255},{t}\n" for t in range(256)) if masks else ""
    values = "".join(f'to_b,"{name(i).replace(chr(34), 2 * chr(34))}",{(i * 5 % 8) / 8},{i}\n' for i in range(images))
    files = {
        "metrics.json": json.dumps(metrics),
        "data/prepare.json": json.dumps(prepare),
        "plots/roc/translation.csv": "fpr,tpr,threshold\n" + rows,
        "plots/roc/input.csv": "fpr,tpr,threshold\n" + rows,
    }
    if measured:
        files["plots/images.csv"] = "direction,name,auc,copying\n" + values
    if trained:
        files["training/summary.json"] = json.dumps(SUMMARY)
        for term in ("gan", "zid", "<script>"):
            log = "".join(f"{step}\t{1 / step}\n" for step in range(1, points + 1))
            files[f"training/plots/metrics/loss/{term}.tsv"] = f"step\t{term}\n{log}"
        grid = reports / "training/plots/images/translations/2.png"
        grid.parent.mkdir(parents=True)
        Image.fromarray(rng.integers(0, 256, (size, 2 * size, 3), dtype=np.uint8)).save(grid)
    for file, text in files.items():
        (reports / file).parent.mkdir(parents=True, exist_ok=True)
        (reports / file).write_text(text, encoding="utf-8")
    (prepared / "dataset.json").write_text(json.dumps(dataset), encoding="utf-8")
    return report(root, split)


def name(i: int) -> str:
    """The name of the i-th test image."""
    return f"{i} {NAMES[i % len(NAMES)]}"


def report(root: Path, split: str = "test") -> str:
    """The page that the stage makes of what lies in root."""
    training = {"lr": 2e-4, "adam": {"betas": [0.5, 0.999]}, "flip": True, "clip": None}
    run = {"task": "t", "method": "crossnet", "scale": "smoke", "seed": 0, "split": split}
    with chdir(root):
        run_stage(SimpleNamespace(**run, effective=lambda: {"lambda_id": 3, "training": training}))  # type: ignore[arg-type]
    return (root / "reports/index.html").read_text(encoding="utf-8")


def _disc(shape: tuple[int, int, int]) -> np.ndarray:
    """(H, W, 3) bool: an ellipse in the middle."""
    y, x = (np.linspace(-1, 1, edge) for edge in shape[:2])
    return np.repeat((y[:, None] ** 2 + x**2 < 0.5)[..., None], 3, axis=2)

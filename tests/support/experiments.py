"""Runs that are made up: records of them, and a small DVC repository whose results follow from its parameters."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.cloned import commit, environment, run

PARAMS: dict[str, Any] = {
    "task": "tiny", "method": "crossnet", "scale": "small", "split": "test", "seed": 0,
    "lambda_gan": 1, "lambda_id": 3, "lambda_ctc": 3, "lambda_zid": 6, "lambda_zcyc": 6,
    "claims": {"margins": {
        "fid": 5, "kid": 0.005, "kid_efflite0": 0.02, "auc": 0.02, "iou": 0.02, "psnr": 0.5, "ssim": 0.02,
    }},
    "methods": {"crossnet": {"ctc_stop_gradient": False}, "cyclegan": {"cycle": 10}},
    "scales": {"small": {"training": {"lr": 1e-3}}},
    "tasks": {"tiny": {"source": "folder", "path": "../here", "fid": False}, "other": {"source": "folder"}},
}  # fmt: skip
STAGES = {
    "stages": {
        "prepare": {
            "cmd": "python made.py prepare",
            "deps": ["made.py"],
            "params": ["task"],
            "outs": ["data/prepared"],
        },
        "train": {
            "cmd": "python made.py train",
            "deps": ["data/prepared", "made.py"],
            "params": ["task", "method", "seed", "lambda_ctc", "lambda_zid", "lambda_zcyc", "scales.${scale}.training"],
            "outs": ["data/translated", "reports/plots", "reports/training/plots", "reports/training/summary.json"],
            "metrics": [{"reports/metrics.json": {"cache": False}}],
        },
        "translate": {  # which reads what is no code, and another with every seed
            "cmd": "cp reports/training/summary.json data/told",
            "deps": ["reports/training/summary.json", "made.py"],
            "outs": ["data/told"],
        },
    }
}
EXPERIMENTS = {
    "full-0": ["method=crossnet", "seed=0"],
    "full-1": ["method=crossnet", "seed=1"],
    "cyclegan-0": ["method=cyclegan", "seed=0"],
    "cyclegan-1": ["method=cyclegan", "seed=1"],
    "softer-0": ["method=crossnet", "lambda_zcyc={a: 6, b: 3}", "seed=0"],  # the last: what is set stays set
}
MAKE = """
import sys
from dvc.repo import Repo

with Repo() as repo:
    for name, *params in (line.split("\\t") for line in sys.stdin.read().splitlines()):
        repo.experiments.run(name=name, params=params)
"""


def record(method: str, seed: int, metrics: Mapping[str, float] | None = None, **others: Any) -> dict[str, Any]:
    """A run as `read_runs` has it, with other values for some columns."""
    run = {
        "experiment": f"{method}-{seed}", "commit": str(seed), "baseline": "", "params": "", "data": "d", "code": "c",
        "method": method, "seed": seed, "settings": {"split": "test"}, "seconds": 60.0, "command": "",
        "margins": PARAMS["claims"]["margins"],
    }  # fmt: skip
    return run | dict(metrics or {}) | others


def make(folder: Path) -> None:
    """Make the repository in an empty folder, with EXPERIMENTS finished and its parameters as they were."""
    run(folder, "git", "init", "--quiet")
    run(folder, "dvc", "init", "--quiet")
    run(folder, "dvc", "config", "core.analytics", "false")
    YAML().dump(PARAMS, folder / "params.yaml")
    YAML().dump(STAGES, folder / "dvc.yaml")
    (folder / "made.py").write_text(Path(__file__).with_name("experiment_stages.py").read_text(encoding="utf-8"))
    (folder / ".gitignore").write_text("/data\n/reports/plots\n/reports/training\n")
    commit(folder, "a repository")
    lines = "\n".join("\t".join([name, *sets]) for name, sets in EXPERIMENTS.items())
    done = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=folder,
        input=lines,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    run(folder, "git", "checkout", "--quiet", "params.yaml")

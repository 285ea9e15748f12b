"""A whole training by each engine, from a process's start to its end: `python -m benchmarks.training`.

Both are the train stage on the prepared task of params.yaml, one after the other, in a folder that is thrown away, with
nothing compiled before: `engine: auto`, and `engine: reference`, which calls each network once for each use by plain
torch. Minutes each; `dvc repro prepare` comes first.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from crossnet.params import load_params

ENGINES = ("auto", "reference")
ROOT = Path(__file__).parent.parent


def seconds(engine: str) -> float:
    """From the start of a process that trains to its end."""
    yaml, environment = YAML(), {key: value for key, value in os.environ.items() if key != "DVC_ROOT"}
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "params.yaml").open("w") as file:
            yaml.dump(yaml.load(ROOT / "params.yaml") | {"engine": engine, "method": "crossnet"}, file)
        (folder / "data").mkdir()
        (folder / "data/prepared").symlink_to(ROOT / "data/prepared")
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "stages.train"],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT), "CROSSNET_CACHE": f"{folder}/cache"},
            check=True,
        )
        return time.perf_counter() - began


def main() -> None:
    """Time both."""
    if not (ROOT / "data/prepared" / load_params(ROOT / "params.yaml").task).is_dir():
        sys.exit("error: data/prepared: nothing to train on; run `dvc repro prepare` first")
    taken = {engine: seconds(engine) for engine in ENGINES}
    print(", ".join(f"{engine} {value:.0f} s" for engine, value in taken.items()), end="")
    print(f": {taken['reference'] / taken['auto']:.2f} times as long")


if __name__ == "__main__":
    main()

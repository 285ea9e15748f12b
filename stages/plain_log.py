"""The files that dvclive writes for a training, written without dvclive, which brings all of DVC with it."""

import json
import shutil
from pathlib import Path
from typing import Any

from crossnet.files import write_atomically


class PlainLog:
    """Makes plots/metrics/NAME.tsv, plots/images and metrics.json of a folder, byte for byte as dvclive does."""

    def __init__(self, folder: Path):
        self._folder, self._summary, self._step = folder, dict[str, Any](), 0
        self._tables: dict[Path, str] = {}
        shutil.rmtree(folder / "plots", ignore_errors=True)

    def log(self, name: str, value: float, done: int) -> None:
        """Add a row to a metric's table after so many steps, and keep the value for the summary."""
        self._step = done
        path = self._folder / "plots" / "metrics" / f"{name}.tsv"
        self._tables[path] = self._tables.get(path, f"step\t{path.stem}\n") + f"{done}\t{value}\n"
        block = self._summary
        *blocks, last = name.split("/")
        for each in blocks:
            block = block.setdefault(each, {})
        block[last] = value

    def show(self, path: Path, done: int) -> None:
        """Keep a picture, a PNG file, drawn after so many steps."""
        self._step = done
        target = self._folder / "plots" / "images" / "translations" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

    def end(self) -> None:
        """Write the tables, and the summary: the last value of each metric, and the step."""
        for path, table in self._tables.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, table)
        self._folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(self._summary | {"step": self._step}, indent=4)
        write_atomically(self._folder / "metrics.json", content + "\n")

"""The files that dvclive writes for a training, written without dvclive, which brings all of DVC with it."""

import json
import shutil
from pathlib import Path
from typing import Any


class PlainLog:
    """Writes plots/metrics/NAME.tsv, plots/images and metrics.json of a folder, byte for byte as dvclive does."""

    def __init__(self, folder: Path):
        self._folder, self._summary, self._step = folder, dict[str, Any](), 0
        shutil.rmtree(folder / "plots", ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)

    def log(self, name: str, value: float, done: int) -> None:
        """Add a row to a metric's table after so many steps, and keep the value for the summary."""
        self._step = done
        path = self._folder / "plots" / "metrics" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as table:
            table.write(f"step\t{path.stem}\n" * new + f"{done}\t{value}\n")
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
        """Write the summary: the last value of each metric, and the step."""
        content = json.dumps(self._summary | {"step": self._step}, indent=4)
        (self._folder / "metrics.json").write_text(content + "\n", encoding="utf-8")

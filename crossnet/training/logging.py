"""What a training logs: means of its terms and previews, written by dvclive, and again when a run resumes."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from crossnet.files import errors_at, write_atomically
from crossnet.images import png

Row = tuple[str, float, int]  # name of a metric, value, steps done


class Writer(Protocol):
    """Where a log goes."""

    def metric(self, name: str, value: float, done: int) -> None:
        """Write a value after so many steps."""

    def image(self, path: Path, done: int) -> None:
        """Write an image, a PNG file, after so many steps."""


class TrainingLog:
    """The log of a run, which can be replayed: DVC empties a stage's folders before the stage resumes a run.

    Rows are kept in memory, for the checkpoint, images as `<steps>.png` in a folder. Without a writer nothing else is
    written.
    """

    def __init__(self, folder: Path, writer: Writer | None = None):
        self.rows: list[Row] = []
        self._folder, self._writer = folder, writer

    def metric(self, name: str, value: float, done: int) -> None:
        """Log a value after so many steps."""
        self.rows.append((name, value, done))
        if self._writer:
            self._writer.metric(name, value, done)

    def metrics(self, values: Mapping[str, float], done: int) -> None:
        """Log values by name after so many steps."""
        for name, value in values.items():
            self.metric(name, value, done)

    def image(self, image: NDArray[np.uint8], done: int) -> None:
        """Log an image, (H, W, 3) uint8, after so many steps."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{done}.png"
        write_atomically(path, png(Image.fromarray(image)), lasting=True)  # a later checkpoint refers to it
        if self._writer:
            self._writer.image(path, done)

    def replay(self, rows: Iterable[Row], done: int) -> None:
        """Write again, in its order, what was logged in the first `done` steps."""
        paths = (path for path in self._folder.glob("*.png") if re.fullmatch("[0-9]+", path.stem))
        images = sorted((int(path.stem), path) for path in paths if int(path.stem) <= done)
        for name, value, step in rows:
            while images and images[0][0] < step:
                self._write_image(*images.pop(0))
            self.metric(name, value, step)
        for step, path in images:
            self._write_image(step, path)

    def _write_image(self, done: int, path: Path) -> None:
        if self._writer:
            self._writer.image(path, done)


class RunningMeans:
    """Means of what steps return, since the last row of the log: on the device, which nothing waits for before that."""

    def __init__(self) -> None:
        self._totals: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def update(self, values: Mapping[str, Tensor]) -> None:
        """Add one step's scalars."""
        for name, value in values.items():
            total = self._totals.get(name)
            self._totals[name] = value.detach().float() if total is None else total + value.detach().float()
            self._counts[name] = self._counts.get(name, 0) + 1

    def compute(self, fabric: Fabric) -> dict[str, float]:
        """The means over all processes; the next ones begin here."""
        if not (names := list(self._totals)):
            return {}
        means = fabric.all_reduce(torch.stack([self._totals[name] / self._counts[name] for name in names]))
        self._totals, self._counts = {}, {}
        assert isinstance(means, Tensor)
        return dict(zip(names, means.tolist(), strict=True))

    def state_dict(self) -> dict[str, Any]:
        """Totals and counts by name."""
        return {"totals": dict(self._totals), "counts": dict(self._counts)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned, its totals on the device of the values to come."""
        self._counts = dict(state["counts"])
        self._totals = {name: state["totals"][name] for name in self._counts}  # files of tensors sort their names


@contextmanager
def live_writer(folder: Path, enabled: bool = True) -> Iterator[Writer | None]:
    """dvclive in a folder; where it is not installed, as on a node without DVC, what writes the same files.

    None unless enabled, as for all processes but the first.
    """
    if not enabled:
        yield None
        return
    try:
        from dvclive.live import Live
    except ModuleNotFoundError:
        plain = PlainWriter(folder)
        with errors_at(folder):
            try:
                yield plain
            finally:
                plain.end()
        return
    try:
        with errors_at(folder), Live(str(folder), dvcyaml=None, save_dvc_exp=False, report=None) as live:
            yield _LiveWriter(live)
    except OSError:  # dvclive may have written half a file; a resumed run writes all of them again
        shutil.rmtree(folder / "plots", ignore_errors=True)
        (folder / "metrics.json").unlink(missing_ok=True)
        raise


class _LiveWriter:
    def __init__(self, live: Any):
        self._live = live

    def metric(self, name: str, value: float, done: int) -> None:
        self._live.step = done
        self._live.log_metric(name, value)

    def image(self, path: Path, done: int) -> None:
        self._live.step = done
        self._live.log_image(f"translations/{path.name}", path)


class PlainWriter:
    """Write plots/metrics/NAME.tsv, plots/images and metrics.json of a folder, byte for byte as dvclive does."""

    def __init__(self, folder: Path):
        self._folder, self._summary, self._step = folder, dict[str, Any](), 0
        self._tables: dict[Path, str] = {}
        shutil.rmtree(folder / "plots", ignore_errors=True)

    def metric(self, name: str, value: float, done: int) -> None:
        """Add a row to a metric's table, and keep the value for the summary."""
        self._step = done
        path = self._folder / "plots" / "metrics" / f"{name}.tsv"
        self._tables[path] = self._tables.get(path, f"step\t{path.stem}\n") + f"{done}\t{value}\n"
        block = self._summary
        *blocks, last = name.split("/")
        for each in blocks:
            block = block.setdefault(each, {})
        block[last] = value

    def image(self, path: Path, done: int) -> None:
        """Copy an image, a PNG file."""
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

"""Every stage on a disk that fills while it writes, in a mount namespace of its own: a program that prints what came.

Each case mounts a tmpfs of a few pages where a stage writes, runs the stage as its command does, looks at what is left,
and takes the disk away. After the cases of a stage it is run once more with room, for the next stage to have its input.
"""

import contextlib
import importlib
import io
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from stages._command import command as as_command
from tests.faults.stage import set_parameters

PAGE = 4096  # bytes, of which a tmpfs gives whole ones
READ_ONLY = -1
CASES: dict[str, tuple[tuple[str, int], ...]] = {  # of each command: folders that are a disk, and the pages they have
    "check": (("data", READ_ONLY),),
    "fetch": (("data/fetched", 3),),
    "prepare": (("data/prepared", 4), ("reports", 2)),
    "train": ((".crossnet", 1), ("reports", 2), ("data/model", 20)),
    "translate": (("data/translated", 2),),
    "evaluate": ((".crossnet", 3), ("reports/plots", 1)),
    "report": (("reports/figures", 3),),
    "crossnet translate": (("out", 0),),
    "plots page": (("plots", 100),),
}
FUNCTIONS = {  # of a stage, where it has another name
    "train": "train_stage",
    "translate": "translate_stage",
    "evaluate": "evaluate_stage",
}


def main() -> None:
    """Run all cases in the working folder; a line of JSON for each."""
    for number, side in enumerate(("trainA", "trainB", "testA", "testB")):
        folder = Path("mine") / side
        folder.mkdir(parents=True)
        for place in range(4):
            pixels = np.random.default_rng(10 * number + place).integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{side}{place}.png")
    set_parameters(
        Path(), task="folder", scale="smoke", tasks__folder__path=str(Path("mine").absolute()),
        scales__smoke__training__duration="8 images",
    )  # fmt: skip
    for name, disks in CASES.items():
        for folder, pages in disks:
            status, said, left = on_a_full_disk(command(name), Path(folder), pages)
            print(json.dumps({"case": f"{name}, {folder}", "status": status, "said": said, "left": left}), flush=True)
        status, said = ended(command(name))
        print(json.dumps({"case": f"{name}, with room", "status": status, "said": said, "left": []}), flush=True)


def command(name: str) -> Callable[[], Any]:
    """A stage or a command of the line, to be called."""
    if name == "crossnet translate":
        from crossnet.cli import app

        return lambda: app(["translate", "mine/testA", "--to", "b", "--out", "out"])
    if name == "plots page":
        sys.argv = ["plots_page", "plots/page.html"]
        return lambda: runpy.run_module("crossnet.report.plots_page", run_name="__main__")
    module = importlib.import_module(f"stages.{name}")
    stage = getattr(module, FUNCTIONS.get(name, name))
    sys.argv = [name]
    return lambda: as_command(stage)


def on_a_full_disk(run: Callable[[], Any], folder: Path, pages: int) -> tuple[int, list[str], list[str]]:
    """Exit status, what is said, and files that are left half, of a command whose folder is a small disk."""
    folder.mkdir(parents=True, exist_ok=True)
    size = "ro" if pages == READ_ONLY else f"size={max(1, pages) * PAGE}"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if subprocess.run(mount, check=False).returncode:
        sys.exit(77)
    if not pages:
        (folder / "full").write_bytes(bytes(PAGE))
    status, said = ended(run)
    left = [str(path) for path in folder.rglob("*") if path.name.endswith((".partial", ".filling")) or is_half(path)]
    subprocess.run(["umount", str(folder)], check=True)
    return status, said, left


def ended(run: Callable[[], Any]) -> tuple[int, list[str]]:
    """The exit status of a command, and the lines that it writes to standard error but for its progress."""
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        try:
            run()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
            if isinstance(end.code, str):
                told.write(end.code)
    return status, [line for line in told.getvalue().splitlines() if line.strip() and " s left" not in line]


def is_half(path: Path) -> bool:
    """Whether a file is not what its name says: broken off, or empty."""
    if not path.is_file() or path.name in ("lock", "full") or path.suffix == ".lock":
        return False
    if path.suffix == ".png":
        try:
            with Image.open(path) as image:
                image.load()
        except OSError:
            return True
    if path.suffix == ".json":
        try:
            json.loads(path.read_text())
        except ValueError:
            return True
    return not path.stat().st_size


if __name__ == "__main__":
    main()

"""Pack a folder for a node without internet and DVC: code, missing wheels, data, and the parameters of each run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from dvc.exceptions import DvcException  # type: ignore[import-untyped]
from dvc.utils.hydra import apply_overrides  # type: ignore[import-untyped]
from PIL import Image

from crossnet.escaping import one_line
from crossnet.files import error_message, write_json
from crossnet.params import Params, load_params
from crossnet.params.reading import read_yaml
from crossnet.params.user_files import of_pipeline
from deploy.airgapped.archives import MIB, PART, ArchiveError, code_digest

# the packages that training and translating need, without torch
CORE = (
    "annotated-doc", "annotated-types", "click", "filelock", "fsspec", "lightning-fabric", "lightning-utilities",
    "markdown-it-py", "mdurl", "numpy", "packaging", "pillow", "platformdirs", "pydantic", "pydantic_core", "pygments",
    "rich", "ruamel.yaml", "safetensors", "shellingham", "tqdm", "typer", "typing-inspection", "typing_extensions",
)  # fmt: skip
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def pack(
    runs: Annotated[Path, typer.Argument(help="YAML: a name, and the -S overrides of its experiment.")],
    out: Annotated[Path, typer.Option(help="The folder to make.")],
    most_mib: Annotated[float, typer.Option(help="Refuse a larger pack.")] = 64,
    raw: Annotated[bool, typer.Option(help="Take data/fetched, and prepare it there.")] = False,
    present: Annotated[str, typer.Option(help="Packages that the node has, by commas; or all.")] = "",
    python: Annotated[str, typer.Option(help="The node's version of Python.")] = "3.12",
    back: Annotated[Path | None, typer.Option(help="Archives of an earlier call, whose runs go on.")] = None,
) -> None:
    """Make the folder to copy to the node."""
    try:
        _pack(runs, out, most_mib, raw, present, python, back)
    except (ArchiveError, OSError, ValueError, DvcException) as error:
        typer.echo(f"error: {one_line(error_message(error) if isinstance(error, OSError) else error)}", err=True)
        raise typer.Exit(2) from None


def _pack(runs: Path, out: Path, most_mib: float, raw: bool, present: str, python: str, back: Path | None) -> None:
    if out.exists():
        raise ArchiveError(f"{out}: is there already; name another folder, or delete it")
    if own := of_pipeline(out):
        raise ArchiveError(f"{out}: lies in {own}, which belongs to the pipeline; name a folder elsewhere")
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        chosen = _parameters(runs, partial / "runs")
        data = Path("data", "fetched" if raw else "prepared", chosen.task)
        if not data.is_dir():
            raise ArchiveError(f"{data}: no such folder; run: dvc repro {'fetch' if raw else 'prepare'}")
        if not raw:
            _check_prepared(data, chosen)
        for folder in (data, Path("crossnet"), Path("stages"), Path("deploy")):
            shutil.copytree(folder, partial / folder, ignore=shutil.ignore_patterns("__pycache__"))
        write_json(partial / "pack.json", {"task": chosen.task, "code": code_digest(Path())})
        if present != "all":
            _wheels(partial / "wheels", set(CORE) - set(filter(None, present.split(","))), python)
        if back:
            (partial / "back").mkdir()
            for path in back.iterdir():
                if PART.fullmatch(path.name):
                    shutil.copy2(path, partial / "back")
        files = {path: path.stat().st_size for path in partial.rglob("*") if path.is_file()}
        if sum(files.values()) > most_mib * MIB:
            raise ArchiveError(_too_large(files, partial, most_mib))
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    typer.echo(f"{out}: {sum(files.values()) / MIB:.1f} MiB in {len(files)} files")


def _parameters(runs: Path, folder: Path) -> Params:
    """Write the params.yaml of each run, and return the parameters of one; all have the same data."""
    listed = read_yaml(runs)
    if not isinstance(listed, dict) or not listed:
        raise ArchiveError(f"{runs}: wanted names of runs, each with a list of overrides such as seed=1")
    data = {}
    for name, overrides in listed.items():
        is_listed = isinstance(overrides, list) and all(isinstance(each, str) for each in overrides)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", str(name)) or not is_listed:
            raise ArchiveError(f"{runs}: {name}: wanted letters, digits, '-' and '_', and a list of overrides (seed=1)")
        path = folder / str(name) / "params.yaml"
        path.parent.mkdir(parents=True)
        shutil.copyfile("params.yaml", path)
        if overrides:
            apply_overrides(str(path), overrides)
        found = load_params(path)
        data[found.task, found.images.model_dump_json()] = found
    if len(data) > 1:
        raise ArchiveError(f"{runs}: runs of {len(data)} sets of data (task and scale's images); pack each by itself")
    return next(iter(data.values()))


def _check_prepared(data: Path, chosen: Params) -> None:
    first = min((data / "trainA").glob("*.png"), default=None)
    if first is None:
        raise ArchiveError(f"{data / 'trainA'}: no images; run: dvc repro prepare")
    with Image.open(first) as image:
        side = min(image.size)
    if side != chosen.images.load_size:
        wanted = chosen.images.load_size
        raise ArchiveError(f"{data}: images of {side} pixels, the runs want {wanted}; run: dvc repro prepare, with -S")


def _wheels(folder: Path, names: set[str], python: str) -> None:
    """Download wheels of the versions in constraints.txt with pip, from its configured index."""
    lines = Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    versions = {re.sub("[-_.]+", "-", line.partition("==")[0].lower()): line for line in lines if "==" in line}
    wanted = sorted(versions[re.sub("[-_.]+", "-", name.lower())] for name in names)
    if wanted:
        platforms = [word for name in PLATFORMS for word in ("--platform", name)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--python-version", python, "--implementation", "cp", *platforms]
        done = subprocess.run([*command, "--dest", str(folder), *wanted], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ArchiveError(f"pip download: {done.stderr.strip().splitlines()[-1:]}; or name what the node has")


def _too_large(files: dict[Path, int], root: Path, most_mib: float) -> str:
    parts: dict[str, int] = {}
    for path, size in files.items():
        place = "/".join(path.relative_to(root).parts[: 3 if "data" in path.relative_to(root).parts[:1] else 1])
        parts[place] = parts.get(place, 0) + size
    largest = ", ".join(f"{n} {s / MIB:.1f}" for n, s in sorted(parts.items(), key=lambda each: -each[1])[:4])
    return f"the pack has {sum(files.values()) / MIB:.1f} MiB, more than {most_mib:g}: {largest}; see --raw, --present"


if __name__ == "__main__":
    typer.run(pack)

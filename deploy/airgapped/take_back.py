"""Import the runs of a node's archives; each becomes a DVC experiment."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from crossnet.escaping import one_line
from crossnet.files import error_message
from crossnet.params import load_params
from deploy.airgapped.archives import ArchiveError, code_digest, pixels_digest, read_archives
from deploy.airgapped.run import DONE

MADE = ("data/model", "data/translated", "reports/training/plots", "reports/training/summary.json",
        "reports/training/metrics.json")  # fmt: skip

GIT = ("--", "reports/training/plots/metrics", "reports/plots")  # results that are in git


def take_back(
    archives: Annotated[Path, typer.Argument(help="The folder of the archives, back-1-of-N-*.tar and so on.")],
) -> None:
    """Save each finished run of the archives as an experiment, and restore the working tree."""
    try:
        _take_back(archives)
    except (ArchiveError, OSError, ValueError) as error:
        typer.echo(f"error: {one_line(error_message(error) if isinstance(error, OSError) else error)}", err=True)
        raise typer.Exit(2) from None


def _take_back(archives: Path) -> None:
    if changed := _run("git", "status", "--porcelain", "--untracked-files=no") + _run(
        "git", "status", "--porcelain", *GIT
    ):
        raise ArchiveError(f"the working tree has changes ({changed.split()[1]}); commit or undo them first")
    found = json.loads(_run("dvc", "data", "status", "--json")).get("uncommitted", {})
    if unsaved := [*found.get("modified", ()), *found.get("added", ())]:
        raise ArchiveError(
            f"{unsaved[0]}: DVC has not saved what is in it, and it would be replaced; move it elsewhere"
        )
    Path(".crossnet").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=".crossnet", prefix="airgapped-") as aside:
        read_archives(archives, Path(aside))
        folders = sorted(path for path in Path(aside, "work").iterdir() if path.is_dir())
        finished = [folder for folder in folders if (folder / DONE).exists()]
        for folder in finished:
            _check(folder)
        try:
            for folder in finished:
                _save(folder)
        finally:
            _run("git", "checkout", "--quiet", "--", ".")
            _run("git", "clean", "-dfq", *GIT)
            _run("dvc", "checkout", "--force", "--quiet", "--allow-missing")
    for folder in folders:
        done = "saved as an experiment" if folder in finished else "unfinished; pack it again with --back"
        typer.echo(f"{folder.name}: {done}")


def _check(folder: Path) -> None:
    """Raise ArchiveError if the code or the data differ from those of the run."""
    made_by, task = json.loads((folder / DONE).read_text()), load_params(folder / "params.yaml").task
    if not isinstance(made_by, dict) or not {"code", "pixels"} <= made_by.keys():
        raise ArchiveError(f"{folder.name}: {DONE}: does not say what the run was made by")
    if made_by["code"] != code_digest(Path()):
        raise ArchiveError(f"{folder.name}: made by other code than is here; check out the commit that was packed")
    prepared = Path("data/prepared", task)
    if made_by["pixels"] != pixels_digest(prepared):
        raise ArchiveError(f"{folder.name}: made of other images than {prepared} has; run: dvc repro prepare")


def _save(folder: Path) -> None:
    """Copy a run's results into the working tree, let DVC commit them, evaluate and report, and save the experiment."""
    shutil.copyfile(folder / "params.yaml", "params.yaml")
    for name in MADE:
        if Path(name).is_dir():
            shutil.rmtree(name)
        Path(name).unlink(missing_ok=True)
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (folder / name).is_dir() else shutil.copyfile)(folder / name, name)
    _run("dvc", "commit", "--force", "--quiet", "train", "translate")
    _run("dvc", "repro", "--quiet", "evaluate", "report")
    if changed := _run("dvc", "status", "--json").strip("{} \n"):
        raise ArchiveError(f"{folder.name}: dvc status is not clean: {changed}")
    untracked = [word for place in GIT[1:] for word in ("--include-untracked", place)]
    _run("dvc", "exp", "save", "--force", "--name", folder.name, *untracked)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ArchiveError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


if __name__ == "__main__":
    typer.run(take_back)

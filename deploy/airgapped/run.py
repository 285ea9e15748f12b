"""Run a pack on its node: prepare, train several runs at once, translate, and leave archives, within a time.

    python3 -m deploy.airgapped.run --seconds 480 --at-once 4 --out back

Run it in the folder of the pack. Before it unpacks the wheels it imports the standard library only. When the time is
up, it stops each training with SIGTERM; the checkpoint that the training saves goes into the archives, and the next
call resumes from it.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from deploy.airgapped.archives import (
    MIB,
    PREPARED,
    ArchiveError,
    code_digest,
    folder_size,
    pixels_digest,
    read_archives,
)
from deploy.airgapped.archives import write_archives as write

STAGES = ("train", "translate")
DONE = "done.json"  # of a run whose test sides are translated
WORK, SITE = Path("work"), Path("site")


@dataclass
class RunningStage:
    """A run, and the stage that a process runs now."""

    name: str
    stage: str
    process: "subprocess.Popen[bytes]"


def main() -> int:
    """Return the exit status: 0 all runs are done, 3 some are unfinished, 1 one failed or did not fit, 2 misuse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, required=True, help="after which this ends, archives included")
    parser.add_argument("--reserve", type=float, default=45, help="seconds of these for stopping and archives")
    parser.add_argument("--at-once", type=int, default=1, help="runs at a time, a process each, on one card")
    parser.add_argument("--out", type=Path, default=Path("back"), help="the folder of the archives, also of earlier")
    parser.add_argument("--files", type=int, default=8, help="archives at most")
    parser.add_argument("--mib", type=float, default=16, help="the most MiB of each")
    asked = parser.parse_args()
    until = time.monotonic() + asked.seconds - asked.reserve
    try:
        _unpack()
        environment = _environment(asked.at_once)
        _prepare(environment)
        failed = _work(asked.at_once, until, until + asked.reserve / 2, environment)
        left = write(_by_importance(), Path(), asked.out, asked.files, int(asked.mib * MIB))
    except (ArchiveError, OSError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for folder in left:
        print(f"no room in the archives: {folder}, {folder_size(folder) / MIB:.1f} MiB; it stays here", file=sys.stderr)
    waiting = [name for name in _names() if not (WORK / name / DONE).exists()]
    print(f"done {len(_names()) - len(waiting)} of {len(_names())}; to go on with: {', '.join(waiting) or 'none'}")
    return 1 if failed or left else 3 if waiting else 0


def _names() -> list[str]:
    return sorted(path.parent.name for path in Path("runs").glob("*/params.yaml"))


def _task() -> str:
    task: str = json.loads(Path("pack.json").read_text())["task"]
    return task


def _unpack() -> None:
    """Unpack the wheels, which are zip files, and the archives of an earlier call."""
    if not SITE.exists():
        SITE.mkdir()
        for wheel in sorted(Path("wheels").glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(SITE)
    if not WORK.exists():
        WORK.mkdir()
        if any(Path("back").glob("*.tar")):
            read_archives(Path("back"), Path())


def _environment(at_once: int) -> dict[str, str]:
    here = Path.cwd()
    sys.path.insert(1, str(here / SITE))
    paths = [str(here), str(here / SITE), os.environ.get("PYTHONPATH", "")]
    found = {key: value for key, value in os.environ.items() if key != "DVC_ROOT"}
    return found | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "CROSSNET_RUNS_PER_GPU": str(at_once),
        "CROSSNET_CACHE": str(here / "cache"),
    }


def _prepare(environment: dict[str, str]) -> None:
    """Prepare raw data, once for all runs."""
    if not (PREPARED / _task()).exists():
        Path("reports/data").mkdir(parents=True, exist_ok=True)
        params = Path("runs", _names()[0], "params.yaml")
        command = [sys.executable, "-m", "stages.prepare", "--params", str(params)]
        subprocess.run(command, env=environment, check=True)


def _work(at_once: int, until: float, latest: float, environment: dict[str, str]) -> list[str]:
    """Train and translate until all runs are done or the time is up; return the names of the runs that failed."""
    ahead = [name for name in _names() if not (WORK / name / DONE).exists()]
    jobs: list[RunningStage] = []
    failed: list[str] = []
    identity = json.dumps({"code": code_digest(Path()), "pixels": pixels_digest(PREPARED / _task())})
    while (ahead or jobs) and time.monotonic() < until:
        while ahead and len(jobs) < at_once:
            name = ahead.pop(0)
            trained = (WORK / name / "reports/training/summary.json").exists()
            jobs.append(_start(name, STAGES[trained], environment))
        for job in [job for job in jobs if job.process.poll() is not None]:
            jobs.remove(job)
            if job.process.returncode:
                failed.append(job.name)
                print(f"failed: {job.name}, {job.stage}; see {WORK / job.name / 'log'}", file=sys.stderr)
            elif job.stage == STAGES[-1]:
                (WORK / job.name / DONE).write_text(identity)
            else:
                jobs.append(_start(job.name, STAGES[-1], environment))
        time.sleep(0.1)
    for job in jobs:
        job.process.send_signal(signal.SIGTERM)
    for job in jobs:
        try:
            job.process.wait(max(0.0, latest - time.monotonic()))
        except subprocess.TimeoutExpired:
            job.process.kill()
            job.process.wait()
    return failed


def _start(name: str, stage: str, environment: dict[str, str]) -> RunningStage:
    """Start a stage in the folder of the run, which has the data of the pack as hard links."""
    folder = WORK / name
    for needed in ("data", "reports/training"):
        (folder / needed).mkdir(parents=True, exist_ok=True)
    if not (folder / PREPARED).exists():
        shutil.copytree(PREPARED, folder / PREPARED, copy_function=os.link)
    (folder / "params.yaml").write_bytes(Path("runs", name, "params.yaml").read_bytes())
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-m", f"stages.{stage}"]
        return RunningStage(name, stage, subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log))


def _by_importance() -> list[Path]:
    """Return the folders of runs: finished ones first, then small ones."""
    folders = [path for path in WORK.iterdir() if path.is_dir()]
    return sorted(folders, key=lambda folder: (not (folder / DONE).exists(), folder_size(folder)))


if __name__ == "__main__":
    sys.exit(main())

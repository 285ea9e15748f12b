"""What deploy/spot/keep.sh keeps of a run on a spot machine, with a folder in the bucket's place."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.broken_off import broken_off, identity
from tests.support.paths import ROOT

KEEP = ROOT / "deploy/spot/keep.sh"


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_checkpoints_are_copied_whole_and_dropped_when_the_run_has_dropped_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone, store = tmp_path / "clone", tmp_path / "store" / "runs"
    store.mkdir(parents=True)
    clone.mkdir()
    monkeypatch.chdir(clone)
    monkeypatch.delenv("DVC_ROOT", raising=False)

    def keep() -> int:
        return subprocess.run(["bash", KEEP, clone, store.parent], timeout=60).returncode

    (store / "earlier").mkdir()
    assert keep() != 0  # before there is a folder of runs; then nothing of the store goes
    assert files(store) == ["earlier"]
    run = broken_off(identity(), steps=(1, 2))
    (run / ".partial-000000003-1").mkdir()
    (run / ".partial-000000003-1" / "rank-0.safetensors").touch()
    (run / "pictures").mkdir()
    for name, age in ("old.png", 120), ("new.png", 0):  # a new one may still be written
        (run / "pictures" / name).touch()
        os.utime(run / "pictures" / name, (0, (run / "pictures" / name).stat().st_mtime - age))
    assert keep() == 0
    steps = [f"step-{step:09d}/rank-0.safetensors" for step in (1, 2)]
    kept = [path for path in files(store / run.name) if (store / run.name / path).is_file()]
    assert kept == ["pictures/old.png", "run.json", *steps]
    for path in kept:
        assert (store / run.name / path).read_bytes() == (run / path).read_bytes()
    (run / steps[0]).unlink()
    (run / steps[0]).parent.rmdir()
    keep()
    assert "step-000000001" not in files(store / run.name)
    assert steps[1] in files(store / run.name)
    for path in sorted(run.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    run.rmdir()
    keep()
    assert files(store) == []

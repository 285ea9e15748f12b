"""What goes wrong in a training, injected into the real stage, and what the user then gets."""

import os
import pickle
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from socket import socket

import pytest
import torch

from crossnet.model import TRANSLATING, save_model
from crossnet.params import load_params
from crossnet.training.checkpointing.files import steps_in
from stages.translate import translate_stage
from tests.faults.stage import ENVIRONMENT, TRAIN, Begun, checkpoints, forked, project, set_parameters, stage
from tests.support.cloned import hashes
from tests.support.tiny import (
    IMAGE_POOL,
    METHODS,
    NETWORKS,
    WEIGHTS,
    Log,
    method,
    tiny_batches,
    tiny_schedule,
    trained,
    weights_of,
)

LONG = {"scales__smoke__training__duration": "100000 images"}


def only_line(text: str) -> str:
    """The last line, which is the message; there is no traceback before it."""
    assert "Traceback" not in text
    return text.strip().splitlines()[-1]


def free_port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[Begun]:
    """The stage, started, and at work by the time it is handed out: it has saved a step of its own."""
    before = checkpoints(folder)[-1:]
    begun = Begun(folder)
    try:
        deadline = time.monotonic() + 100
        while checkpoints(folder)[-1:] == before and begun.process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert begun.process.is_alive()
        assert checkpoints(folder)[-1:] != before
        yield begun
    finally:
        begun.process.kill()
        begun.process.join()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_at_the_end_of_the_step_and_exits_with_128_and_its_number(
    number: signal.Signals, tmp_path: Path
) -> None:
    folder = project(tmp_path, **LONG)
    with running(folder) as begun:
        os.kill(begun.process.pid, number)
        line = only_line(begun.told())
        assert begun.process.exitcode == 128 + number
    step = int(checkpoints(folder)[-1].name.removeprefix("step-"))
    assert line == f"error: {number.name}: saved after step {step}; the same command goes on from there"


def test_a_full_disk_stops_it_and_the_earlier_checkpoints_stay(tmp_path: Path) -> None:
    folder = project(tmp_path, scales__smoke__networks__width=16)
    (folder / ".crossnet").mkdir()
    script = """
        mount -t tmpfs -o size=9m tmpfs .crossnet || exit 77
        "$@"; echo "exit $?"
        ls -A .crossnet/runs/*; df -k .crossnet | tail -1
        mount -o remount,size=100m .crossnet
        "$@"; echo "exit $?"
    """
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", *TRAIN],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this system lets nobody mount a small file system")
    error = next(line for line in done.stderr.splitlines() if line.startswith("error: "))
    assert "cannot be written (No space left on device); earlier checkpoints are kept: make room" in error
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[0] == "exit 1"
    assert done.stdout.splitlines()[-1] == "exit 0"
    assert "step-00000000" in done.stdout
    assert ".partial" not in done.stdout
    assert (folder / "data/model/config.json").exists()


class Killed(Exception):  # noqa: N818
    """Stands for a process that is gone."""


def interrupted(folder: Path, after: int) -> None:
    """Train the tiny method until so many steps are done and saved."""

    class Dying:
        def __getitem__(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
            if step == after:
                raise Killed
            return tiny_batches()[step]

    with pytest.raises(Killed):
        trained(method("crossnet"), Dying(), tiny_schedule(), folder, every_seconds=0)


@pytest.mark.parametrize("damage", ["a byte", "cut off", "emptied", "gone", "no digest"])
def test_of_a_broken_checkpoint_the_one_before_is_taken(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone, again = method("crossnet"), method("crossnet")
    trained(alone, tiny_batches(), tiny_schedule())
    interrupted(tmp_path, after=4)
    broken = tmp_path / "step-000000004" / "rank-0.safetensors"
    content = bytearray(broken.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "gone":
        broken.unlink()
    elif damage == "no digest":
        broken.with_suffix(".sha256").unlink()
    else:
        broken.write_bytes({"a byte": content, "cut off": content[:-9], "emptied": b""}[damage])
    log = trained(again, tiny_batches(), tiny_schedule(), tmp_path)
    assert f"warning: {broken}: a broken checkpoint; the one before it is tried" in capsys.readouterr().err
    assert log.images == [4, 5, 6]
    assert sorted(log.rows) == [2, 4, 6]
    assert all(torch.equal(weights_of(again)[key], value) for key, value in weights_of(alone).items())


@pytest.mark.parametrize("left", [(), (2,)])
def test_what_is_saved_after_a_broken_checkpoint_is_kept_though_it_is_of_an_earlier_step(
    left: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone, again = method("crossnet"), method("crossnet")
    trained(alone, tiny_batches(), tiny_schedule())
    interrupted(tmp_path, after=4)
    assert sorted(steps_in(tmp_path)) == [3, 4]
    for step in (3, 4):
        (tmp_path / f"step-{step:09d}" / "rank-0.safetensors").write_bytes(b"")
    for step in left:
        interrupted(tmp_path / "other", after=step)
        (tmp_path / "other" / f"step-{step:09d}").rename(tmp_path / f"step-{step:09d}")
    shutil.rmtree(tmp_path / "other", ignore_errors=True)
    interrupted(tmp_path, after=3 if left else 1)
    told = capsys.readouterr().err
    assert ("there is none before it: a fresh start" in told) == (not left)
    assert max(steps_in(tmp_path)) == (3 if left else 1)
    log = trained(again, tiny_batches(), tiny_schedule(), tmp_path)
    assert log.images == ([4, 5, 6] if left else [2, 3, 4, 5, 6])
    assert all(torch.equal(weights_of(again)[key], value) for key, value in weights_of(alone).items())


@pytest.mark.parametrize(("key", "value"), [("lambda_zcyc", 0), ("method", "cyclegan")])
def test_a_checkpoint_of_other_parameters_is_never_loaded(key: str, value: object, tmp_path: Path) -> None:
    clean = project(tmp_path / "clean", **{key: value})
    assert forked(clean)[0] == 0
    folder = project(tmp_path / "other", **LONG)
    with running(folder):
        pass
    left = len(checkpoints(folder))
    set_parameters(folder, **{key: value, "scales__smoke__training__duration": "4 epochs"})
    status, told = forked(folder)
    assert status == 0
    assert "a fresh start: the checkpoints of " in told
    assert "settings." in told
    assert hashes(folder / "data/model") == hashes(clean / "data/model")
    assert len(checkpoints(folder)) == left + 1 >= 2  # its own last one beside them


def test_a_checkpoint_of_other_data_is_never_loaded(tmp_path: Path) -> None:
    folder = project(tmp_path, **LONG)
    with running(folder):
        pass
    image = folder / "data/prepared/sculptures/trainA/0.png"
    (folder / "data/prepared/sculptures/testA/0.png").replace(folder / "unused.png")
    (folder / "data/prepared/sculptures/trainA/1.png").replace(image)
    set_parameters(folder, scales__smoke__training__duration="4 epochs")
    status, told = forked(folder)
    assert status == 0
    assert "data" in next(line for line in told.splitlines() if line.startswith("a fresh start"))


def test_the_same_run_started_twice_names_the_first_one(tmp_path: Path) -> None:
    folder = project(tmp_path, **LONG)
    with running(folder) as first:
        set_parameters(folder, scales__smoke__training__devices=2)
        group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
        group |= {"LOCAL_WORLD_SIZE": "2", "GROUP_RANK": "0", "TORCHELASTIC_RUN_ID": "test"}
        second = [Begun(folder, RANK=rank, LOCAL_RANK=rank, **group) for rank in "01"]
        lines = [only_line(begun.told()) for begun in second]
        assert [begun.process.exitcode for begun in second] == [1, 1]
        assert lines[0].startswith("error: .crossnet")
        assert f"is being written by process {first.process.pid} on " in lines[0]
        assert lines[1] == "error: another process of this run ended; see its message"
        assert first.process.is_alive()
    set_parameters(folder, scales__smoke__training__devices=1)
    again = project(tmp_path / "copy", **LONG)  # an experiment's copy of the same run, elsewhere
    with running(folder) as first:
        status, told = forked(again, DVC_ROOT=str(folder))
        assert status == 1
        writer = f"is being written by process {first.process.pid}"
        assert f"runs/{checkpoints(folder)[0].parent.name}: {writer}" in told


def test_a_finished_training_is_there_until_its_translations_are_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, outs = project(tmp_path), ("data/model", "reports/training/plots")
    assert forked(folder)[0] == 0
    first = [hashes(folder / out) for out in outs]
    for out in ("data/model", "reports"):  # killed before DVC saved them, and started again
        shutil.rmtree(folder / out)
    status, told = forked(folder)
    assert status == 0
    assert told.startswith("going on after step 4 of 4\n")
    assert [hashes(folder / out) for out in outs] == first
    [last] = checkpoints(folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    translate_stage(load_params(Path("params.yaml")))
    assert len(list(Path("data/translated/to_b").iterdir())) == 4
    assert not last.parent.exists()


class Poisoned:
    """Batches of which one is not numbers."""

    def __init__(self, bad: int):
        self._bad = bad

    def __getitem__(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        x_a, x_b = tiny_batches()[step]
        return (x_a * (torch.nan if step == self._bad else 1), x_b)


def test_a_loss_that_is_no_number_stops_at_its_step_and_is_named(tmp_path: Path) -> None:
    made, before = method("crossnet"), {}

    def remember() -> dict[str, torch.Tensor]:
        return {key: value.clone() for key, value in weights_of(made).items()}

    class Watched(Poisoned):
        def __getitem__(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
            before.update(remember())
            return super().__getitem__(step)

    with pytest.raises(RuntimeError, match=r"^step 4: loss/\w+ is nan.*; a lower lr may help$"):
        trained(made, Watched(3), tiny_schedule(log_every=1), tmp_path, every_seconds=0)
    assert max(path.name for path in tmp_path.glob("step-*")) == "step-000000003"
    assert all(torch.equal(weights_of(made)[key], value) for key, value in before.items())


@pytest.mark.parametrize("name", METHODS)
def test_a_learning_rate_that_no_weight_survives_stops_in_one_line(name: str, tmp_path: Path) -> None:
    """Real images, gradients and Adam: nothing is poisoned. params.yaml allows no rate above 1."""
    made = method(name)
    with pytest.raises(RuntimeError, match=r"^step \d: [^\n]*(nan|inf|not finite)[^\n]*; a lower lr may help$"):
        trained(made, tiny_batches(), tiny_schedule(lr=1e30, decay_from=1.0), tmp_path, every_seconds=0)
    for step in tmp_path.glob("step-*"):
        assert step.name == "step-000000001"


@pytest.mark.parametrize("last", [False, True])
def test_weights_that_are_no_numbers_are_never_kept(last: bool, tmp_path: Path) -> None:
    made, steps = method("crossnet"), tiny_schedule().steps
    broken = steps if last else 3
    calls = count(1)

    def spoil(gradient: torch.Tensor) -> torch.Tensor:
        return gradient * torch.inf if next(calls) == broken else gradient

    made.networks["D_b"][0].weight.register_hook(spoil)
    with pytest.raises(RuntimeError, match=rf"^step {broken}: the weights of D_b are not finite; a lower lr may help$"):
        trained(made, tiny_batches(), tiny_schedule(), tmp_path, every_seconds=0.0)
    assert max(steps_in(tmp_path)) == broken - 1


def test_nothing_is_logged_of_a_step_that_is_no_number(tmp_path: Path) -> None:
    log = Log()
    with pytest.raises(RuntimeError, match="step 4"):
        log = trained(method("crossnet"), Poisoned(3), tiny_schedule(log_every=4), tmp_path)
    assert not log.rows


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("lambda_tv", 1, "lambda_tv: 1 is a value for a key that does not exist"),
        ("lambda_id", "much", "lambda_id: 'much' is not a number"),
        ("scales__smoke__training__lr", -1.0, "scales.smoke.training.lr: -1.0 should be greater than 0"),
        (
            "scales__smoke__networks__width",
            10**30,
            f"scales.smoke.networks.width: {10**30} should be less than or equal to 1024",
        ),
    ],
)
def test_a_bad_parameter_stops_before_any_data_is_touched(key: str, value: object, said: str, tmp_path: Path) -> None:
    folder = project(tmp_path)
    set_parameters(folder, **{key: value})
    before = hashes(folder)
    status, told = forked(folder)
    assert status == 1
    assert only_line(told) == f"error: params.yaml: {said}"
    assert before.items() <= (after := hashes(folder)).items()
    assert len(after) == len(before) + 1  # what it told


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said(tmp_path: Path) -> None:
    status, told = forked(project(tmp_path, scales__smoke__training__accelerator="cuda"))
    assert status == 1
    line = only_line(told)
    assert line == "error: training.accelerator: cuda is asked for, but there is only cpu; name one of these, or auto"


def test_a_batch_too_large_for_memory_says_what_there_is_and_what_to_lower(tmp_path: Path) -> None:
    folder = project(tmp_path, scales__smoke__training__batch=20000, scales__smoke__networks__width=64)
    done = stage(folder, "sh", "-c", 'ulimit -v 8000000; exec "$@"', "sh")
    assert done.returncode == 1
    line = only_line(done.stderr)
    assert line.startswith("error: not enough memory in step 1: ")
    assert "GiB" in line
    assert line.endswith("lower batch, size or width of the scale")


def test_weights_of_another_architecture_are_refused_with_what_differs(tmp_path: Path) -> None:
    config = {
        "method": "crossnet",
        "networks": NETWORKS,
        "weights": dict(WEIGHTS["crossnet"]),
        "image_pool": IMAGE_POOL,
    }
    save_model(tmp_path / "model", method("crossnet"), config | {"networks": NETWORKS | {"width": 4}})
    done = translate(tmp_path)
    assert done.returncode == 2
    line = only_line(done.stderr)
    assert "weights of another architecture" in line
    assert "E_ab.0.weight is (2, 3, 7, 7), config.json says (4, 3, 7, 7)" in line


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path):
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._path,))


def test_a_pickle_in_place_of_weights_is_refused_and_nothing_run(tmp_path: Path) -> None:
    config = {
        "method": "crossnet",
        "networks": NETWORKS,
        "weights": dict(WEIGHTS["crossnet"]),
        "image_pool": IMAGE_POOL,
    }
    save_model(tmp_path / "model", method("crossnet"), config)
    (tmp_path / "model" / TRANSLATING).write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    done = translate(tmp_path)
    assert done.returncode == 2
    assert "not a model of this project" in only_line(done.stderr)
    assert not (tmp_path / "exploded").exists()


def translate(folder: Path) -> "subprocess.CompletedProcess[str]":
    """`crossnet translate` of one image with the model of a folder."""
    image = project(folder / "images") / "data/prepared/sculptures/testA/0.png"
    command = ["-c", "from crossnet.cli import app; app()", "translate", str(image), "--to", "b", "--out", "out"]
    return subprocess.run(
        [TRAIN[0], *command, "--model", str(folder / "model")],
        cwd=folder, env=ENVIRONMENT,
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

"""Two processes are one with twice the batch."""

import json
from pathlib import Path

import torch

from crossnet.training.batches import Batches
from tests.faults.stage import checkpoints, project, stage
from tests.faults.trainer import Job, finish, log, outcome
from tests.support.tiny import tiny_batches


def test_the_parts_of_two_processes_are_the_batch_of_one() -> None:
    both, parts = tiny_batches(4), [tiny_batches(2, rank=rank, processes=2) for rank in (0, 1)]
    for step in range(5):
        for side in (0, 1):
            assert torch.equal(both[step][side], torch.cat([part[step][side] for part in parts]))


def test_an_epoch_is_as_many_images_however_many_processes() -> None:
    assert isinstance(both := tiny_batches(2, processes=2), Batches)
    assert both.epoch_images == tiny_batches(4).epoch_images


def test_two_processes_train_as_one_with_twice_the_batch(tmp_path: Path) -> None:
    # with a history of no images: two have one each, and so other images in them than one would have
    settings = {"images": 24, "history": 0, "every_seconds": 1e9}
    one, two = Job(tmp_path / "one", batch=4, **settings), Job(tmp_path / "two", batch=2, processes=2, **settings)  # type: ignore[arg-type]
    finish(one)
    finish(two)
    weights = {name: value for name, value in outcome(one).items() if name.endswith("weight")}
    for rank in (0, 1):
        found = outcome(two, rank)
        assert all(torch.allclose(found[name], value, rtol=1e-3, atol=1e-5) for name, value in weights.items())
    assert [row[::2] for row in log(one)] == [row[::2] for row in log(two)]
    for (name, value, _), (_, other, _) in zip(log(one), log(two), strict=True):
        assert abs(value - other) <= 1e-4 * abs(value), name


def test_both_processes_end_with_the_same_weights_and_histories_of_their_own(tmp_path: Path) -> None:
    job = Job(tmp_path, images=40, processes=2, every_seconds=1e9)
    finish(job)
    first, second = outcome(job, 0), outcome(job, 1)
    for name, value in first.items():
        assert torch.equal(second[name], value) != name.endswith(("images", "random")), name


def test_the_stage_trains_on_two_devices_and_logs_and_saves_once(tmp_path: Path) -> None:
    folder = project(tmp_path, scales__smoke__training__devices=2)
    done = stage(folder)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "data/model/config.json").read_text())["global_batch"] == 8
    rows = (folder / "reports/training/plots/metrics/loss/gan.tsv").read_text().splitlines()[1:]
    assert len({row.split("\t")[0] for row in rows}) == len(rows)
    [last] = checkpoints(folder)
    assert {path.name for path in last.glob("*.safetensors")} == {"rank-0.safetensors", "rank-1.safetensors"}
    assert json.loads((folder / "reports/training/summary.json").read_text())["run"] == last.parent.name

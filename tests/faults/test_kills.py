"""A training that is killed again and again ends as one that was let alone, to the bit."""

import random
import time
from pathlib import Path

import pytest
import torch

from tests.faults.trainer import Job, finish, last_state, log, outcome, training
from tests.support import built

KILLS = {1: 20, 2: 10}  # of a training of so many processes


@pytest.mark.timeout(600)
@pytest.mark.parametrize("processes", [1, 2])
def test_a_training_killed_at_random_ends_with_the_same_bits(processes: int, tmp_path: Path) -> None:
    images = 25 * processes * KILLS[processes]
    alone, killed = (Job(tmp_path / name, images, processes=processes) for name in ("alone", "killed"))
    finish(Job(alone.folder, images, every_seconds=1e9, processes=processes))
    rng, kills, while_writing, reached = random.Random(0), 0, 0, []
    while kills < KILLS[processes]:
        with training(killed) as running:
            before = reached[-1] if reached else 0
            while newest(killed) == before and all(process.is_alive() for process in running):
                time.sleep(0.002)  # until this start has got as far as saving
            if kills % 2:
                time.sleep(rng.uniform(0, 0.06))
            else:  # into the middle of writing
                while not partial(killed) and all(process.is_alive() for process in running):
                    pass
                time.sleep(rng.uniform(0, 0.004))
            victim = rng.choice(running)
            victim.kill()
            victim.join()
            assert victim.exitcode == -9, "the training is too short for so many kills"
        kills += 1
        reached.append(newest(killed))
        while_writing += bool(partial(killed))
    assert reached == sorted(reached)
    assert reached[0] > 0
    assert while_writing >= 1
    finish(killed)
    for rank in range(processes):
        wanted, found = outcome(alone, rank), outcome(killed, rank)
        assert wanted.keys() == found.keys()
        assert all(torch.equal(found[name], value) for name, value in wanted.items())
        (tensors, facts), (others, other_facts) = last_state(alone, rank), last_state(killed, rank)
        assert {"random/torch", "optimizer/generators/0/exp_avg"} <= tensors.keys() == others.keys()
        assert all(torch.equal(others[name], value) for name, value in tensors.items())
        assert facts == other_facts
    assert log(killed) == log(alone)
    convolutions = (killed.outcome / "convolutions").read_text()
    assert convolutions.startswith("winograd-" if built.CAN_COMPILE else "torch")


def partial(job: Job) -> list[Path]:
    """Checkpoints that are half written."""
    return list((job.folder / "run").glob(".partial-*"))


def newest(job: Job) -> int:
    """The step of the newest checkpoint, or 0."""
    return max((int(path.name.removeprefix("step-")) for path in (job.folder / "run").glob("step-*")), default=0)

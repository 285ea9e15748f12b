"""Work goes to as many processes as there are cores for it, and comes back in its order."""

import os

import numpy as np
import pytest

from crossnet.data.rendering.objects import Panoramas, render_all

LIGHTS = [np.full((1, 2, 3), value, np.float32) for value in (1, 2)]


def brightness(job: int, lights: Panoramas) -> float:
    return float(lights[job % 2].mean()) + job


def process(job: int, lights: Panoramas) -> int:
    return os.getpid()


def fault(job: int, lights: Panoramas) -> None:
    raise ValueError(f"mesh {job}")


def test_results_come_in_the_order_of_the_jobs_with_the_light_of_each() -> None:
    assert render_all(brightness, range(9), LIGHTS) == [1, 3, 3, 5, 5, 7, 7, 9, 9]


def test_another_process_does_the_work() -> None:
    assert os.getpid() not in render_all(process, range(2), LIGHTS)


def test_an_error_of_the_work_is_raised() -> None:
    with pytest.raises(ValueError, match=r"^mesh 0$"):
        render_all(fault, range(3), LIGHTS)

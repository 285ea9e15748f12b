"""GrabCut as a method: it translates by cutting out, trains nothing, and is a model on disk all the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from crossnet.grabcut import grab_cut, inset_box
from crossnet.methods.grabcut import GrabCut
from crossnet.model import (
    ModelError,
    encode,
    load_model,
    refuse_other_direction,
    save_model,
    scores,
    translate,
)
from crossnet.training.cost import cost
from tests.support.tiny import IMAGE_POOL, NETWORKS, tiny_batches, tiny_schedule, trained

CONFIG: dict[str, Any] = {"networks": NETWORKS, "weights": {}, "image_pool": IMAGE_POOL}


def square() -> NDArray[np.uint8]:
    """A noisy blue square on grey, 20x15: no side is a multiple of 4."""
    image = np.random.default_rng(0).integers(100, 120, (20, 15, 3), dtype=np.uint8)
    image[8:14, 5:11] //= np.array([5, 5, 1], np.uint8)
    return image


def test_a_translation_is_the_object_on_white_and_the_scores_are_its_mask() -> None:
    image, method = square(), GrabCut(**CONFIG, seed=0)
    mask = grab_cut(image, inset_box(20, 15))
    assert mask[8:14, 5:11].all()
    assert mask.sum() < 60
    [made] = translate(method, image[None], "b")
    assert np.array_equal(made[mask], image[mask])
    assert (made[~mask] == 255).all()
    found = scores(method, image[None])
    assert found is not None
    assert np.array_equal(found[0], mask.astype(np.float32))
    assert encode(method, image[None], "b") is None


def test_it_is_saved_and_loaded_and_translates_to_b_alone(tmp_path: Path) -> None:
    save_model(tmp_path, GrabCut(**CONFIG, seed=0), {"method": "grabcut"} | CONFIG)
    method, _ = load_model(tmp_path)
    wanted = translate(GrabCut(**CONFIG, seed=1), square()[None], "b")
    assert np.array_equal(translate(method, square()[None], "b"), wanted)
    with pytest.raises(ModelError, match="this model translates to b alone, not to a"):
        refuse_other_direction(method, "a")


def test_its_training_is_one_step_that_does_nothing_and_costs_nothing() -> None:
    method = GrabCut(**CONFIG, seed=0)
    log = trained(method, tiny_batches(), tiny_schedule(log_every=1, ema_decay=0.9))
    assert {done: set(row) for done, row in log.rows.items()} == {1: {"learning_rate", "images_per_second"}}
    assert log.images == [1]
    found = cost(method, 2, 32)
    assert (found.step_operations, found.state_bytes, found.activation_bytes) == (0, 0, 0)
    assert method.device == torch.device("cpu")

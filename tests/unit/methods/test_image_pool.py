"""The pool of past translations."""

import pytest
import torch

from crossnet.methods.adversarial import ImagePool


def numbered(*values: float) -> torch.Tensor:
    """Images (N, 1, 1, 1) that hold their number."""
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1, 1)


def filled(size: int, chance: float, seed: int = 0) -> ImagePool:
    pool = ImagePool(size, chance, seed)
    pool.exchange(numbered(*range(size)))
    return pool


def test_until_it_is_full_it_keeps_each_image_and_hands_it_back() -> None:
    pool = ImagePool(3, 1.0, 0)
    assert torch.equal(pool.exchange(numbered(1, 2)), numbered(1, 2))
    assert torch.equal(pool.exchange(numbered(3)), numbered(3))
    assert torch.equal(torch.stack(pool.images), numbered(1, 2, 3))


def test_a_full_one_hands_back_an_old_image_and_keeps_the_new_one() -> None:
    pool = filled(4, 1.0)
    held = {0.0, 1.0, 2.0, 3.0}
    for new in range(10, 30):
        old = pool.exchange(numbered(new)).item()
        assert old in held
        held = held - {old} | {float(new)}
        assert {image.item() for image in pool.images} == held


@pytest.mark.parametrize("chance", [0.5, 0.2])
def test_it_hands_back_an_old_image_as_often_as_asked(chance: float) -> None:
    pool = filled(50, chance)
    old = sum(pool.exchange(numbered(new)).item() != new for new in range(100, 4100))
    assert abs(old / 4000 - chance) < 0.03


def test_every_place_takes_its_turn() -> None:
    pool = filled(5, 1.0)
    handed = [pool.exchange(numbered(new)).item() for new in range(100, 160)]
    assert {0.0, 1.0, 2.0, 3.0, 4.0} <= set(handed)


@pytest.mark.parametrize(("size", "chance"), [(0, 0.5), (0, 1.0), (5, 0.0)])
def test_turned_off_it_passes_everything_through(size: int, chance: float) -> None:
    pool = filled(size, chance) if size else ImagePool(size, chance, 0)
    new = numbered(*range(100, 200))
    assert torch.equal(pool.exchange(new), new)


def test_a_seed_decides_whatever_the_global_state() -> None:
    def run(seed: int) -> list[float]:
        torch.rand(seed + 1)
        pool = filled(10, 0.5, seed)
        return [pool.exchange(numbered(new)).item() for new in range(100, 200)]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_after_loading_old_images_are_where_the_new_ones_are() -> None:
    pool = ImagePool(2, 1.0, 0)
    pool.load_state_dict(filled(2, 1.0).state_dict())
    out = pool.exchange(torch.zeros(2, 1, 1, 1, device="meta"))
    assert {image.device.type for image in (*out, *pool.images)} == {"meta"}


def test_gradients_stop_and_later_changes_do_not_reach_it() -> None:
    pool = ImagePool(1, 1.0, 0)
    image = numbered(1).requires_grad_()
    assert not pool.exchange(2 * image).requires_grad
    with torch.no_grad():
        image.fill_(7)
    new = numbered(5)
    assert pool.exchange(new).item() == 2
    new.fill_(9)
    assert pool.images[0].item() == 5

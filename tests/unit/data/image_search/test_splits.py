"""A photographer's images are all for training or all for testing, about as many for testing as wanted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.image_search.build import testers as chosen_for_testing

NAMES = st.lists(st.sampled_from([f"photographer {number}" for number in range(12)]), min_size=1, max_size=60)


def shares(creators: dict[str, list[str]], tested: set[str]) -> dict[str, float]:
    return {side: sum(name in tested for name in names) / len(names) for side, names in creators.items()}


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_of_many_photographers_the_share_is_met(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    creators = {side: [f"{rng.zipf(1.5) % 300}" for _ in range(500)] for side in "AB"}
    tested = chosen_for_testing(creators, share, seed)
    assert all(abs(found - share) < 0.05 for found in shares(creators, tested).values())


@given(NAMES, NAMES, st.floats(0.05, 0.5), st.integers(0, 3))
def test_each_side_has_some_of_both_if_it_can(a: list[str], b: list[str], share: float, seed: int) -> None:
    creators = {"A": a, "B": b}
    tested = chosen_for_testing(creators, share, seed)
    found = shares(creators, tested)
    assert max(found.values()) < 1 or min(len(set(a)), len(set(b))) == 1
    if min(len(set(a)), len(set(b))) > 2:
        assert min(found.values()) > 0


def test_the_order_of_the_images_is_of_no_account_and_the_seed_is() -> None:
    names = [f"{number}" for number in range(50)] * 2
    first = chosen_for_testing({"A": names, "B": names}, 0.2, 0)
    assert chosen_for_testing({"B": names[::-1], "A": names}, 0.2, 0) == first
    assert chosen_for_testing({"A": names, "B": names}, 0.2, 1) != first


def test_one_photographer_alone_is_for_training() -> None:
    assert chosen_for_testing({"A": ["one"] * 5, "B": ["one", "two"]}, 0.2, 0) <= {"two"}

"""Groups dealt out by a seed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossnet.data.preparation.checks import PreparationError
from crossnet.data.preparation.splits import split

SHARES = {"test": 0.2, "a": 0.4, "b": 0.4}


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=3, max_size=40).filter(lambda g: len(set(g)) >= 3),
    st.integers(0, 99),
)
def test_a_group_is_in_one_part_and_no_part_is_empty(groups: list[str], seed: int) -> None:
    parts = split(groups, SHARES, seed)
    assert set(parts) == set(SHARES)
    assert len(set(zip(groups, parts, strict=True))) == len(set(groups))


@pytest.mark.parametrize("count", [10, 105, 1000])
def test_parts_have_their_shares_where_groups_are_small(count: int) -> None:
    found = Counter(split([str(i) for i in range(count)], SHARES, 0))
    assert {part: pytest.approx(share * count, abs=1) for part, share in SHARES.items()} == found


def test_the_seed_decides_and_the_order_does_not() -> None:
    names = [str(i) for i in range(50)]
    first, other = (dict(zip(names, split(names, SHARES, seed), strict=True)) for seed in (0, 1))
    backwards = names[::-1]
    assert dict(zip(backwards, split(backwards, SHARES, 0), strict=True)) == first
    assert sum(first[name] != other[name] for name in names) > 15


def test_too_few_groups_stop_it() -> None:
    with pytest.raises(PreparationError, match=r"^1 group of images that belong together, for the 3 parts test, a, b"):
        split(["x"] * 30, SHARES, 0)

"""A seed's order of names is one that another file, or another run, does not change."""

from collections import Counter

from crossnet.data.names import rank

NAMES = [f"{number} ü.jpg" for number in range(2000)]


def test_the_order_is_of_the_seed_and_of_each_name_alone() -> None:
    order = sorted(NAMES, key=lambda name: rank(0, name))
    assert sorted(NAMES[::2], key=lambda name: rank(0, name)) == [name for name in order if name in NAMES[::2]]
    assert order != sorted(NAMES, key=lambda name: rank(1, name))
    assert order != NAMES


def test_it_is_the_one_that_data_sets_were_made_with() -> None:
    assert rank(0, "a/1.jpg").startswith("ea8a17077ebb1447")
    assert len(rank(3, "\udcff")) == 64  # a name that is no text


def test_a_draw_is_fair() -> None:
    count = Counter(int(rank(0, name), 16) % 2 for name in NAMES)
    assert abs(count[0] - 1000) < 4 * 22.4  # four standard deviations

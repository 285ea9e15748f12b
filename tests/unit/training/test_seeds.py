"""Independent random streams from one seed."""

from hypothesis import given
from hypothesis import strategies as st

from crossnet.training.seeds import derive


@given(st.integers(0, 2**63), st.text(max_size=9), st.integers(0, 10**9))
def test_a_stream_is_a_seed_that_torch_and_numpy_take(seed: int, name: str, step: int) -> None:
    assert 0 <= derive(seed, name, step) < 2**63
    assert derive(seed, name, step) == derive(seed, name, step)


def test_other_names_steps_and_seeds_are_other_streams() -> None:
    streams = [(seed, name, step) for seed in range(3) for name in ("order", "augment") for step in range(50)]
    assert len({derive(*stream) for stream in streams}) == len(streams)


def test_it_stays_as_it_is_between_versions() -> None:
    assert derive(0, "networks") == 778194354093651997
    assert derive(1, "order", "a", 2) == 9218218370060385998

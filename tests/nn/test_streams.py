"""Two networks at once on a GPU: what can be said of it without one; the rest is in tests/training/test_recorded.py."""

from crossnet.nn.streams import Streams
from crossnet.nn.walks import Step, Walk, together


def walk(*networks: str) -> Walk:
    return Walk([Step(network, ["x"], ["y"]) for network in networks], {})


def test_a_network_keeps_its_stream() -> None:
    streams = Streams(together)
    assert streams.place_aside([walk("E_ab", "T_ba"), walk("E_ba", "T_ab")]) == 1
    assert streams.place_aside([walk("D_b", "Q_b", "T_ab"), walk("D_a", "Q_a", "T_ba")]) == 0
    assert streams.place_aside([walk("Q_a"), walk("Q_b")]) == 1
    assert streams.place_aside([walk("E_ab", "T_ba"), walk("E_ba", "T_ab")]) == 1

"""Verdicts of simulated studies: a true effect can be found, and the lack of one too."""

import pytest

from benchmarks.power import CLAIMS, detectable, verdicts


@pytest.mark.parametrize(
    ("seeds", "step", "spread", "verdict"),
    [
        (5, 2.0, 0.5, "holds"),
        (10, 2.0, 0.8, "holds"),
        (5, 0.0, 0.25, "no difference"),
        (10, 0.0, 0.4, "no difference"),
        (5, -1.5, 0.25, "does not hold"),
    ],
)
def test_an_effect_and_the_lack_of_one_are_found(seeds: int, step: float, spread: float, verdict: str) -> None:
    studies = 10
    found = verdicts(seeds, step, spread, studies)
    assert all(found[claim][verdict] >= 0.8 * studies for claim in CLAIMS), found


def test_without_an_effect_a_claim_rarely_holds() -> None:
    found = verdicts(5, 0.0, 2.0, 20)  # a spread of two margins: nothing can be seen
    assert all(found[claim]["holds"] == 0 for claim in CLAIMS)
    assert all(found[claim]["undecided"] >= 15 for claim in CLAIMS)


def test_the_detectable_difference_is_that_of_the_tables_of_cohen() -> None:
    assert detectable(17) == pytest.approx(1.0, abs=0.01)  # d = 1: 17 a group for a power of 0.8
    assert detectable(64) == pytest.approx(0.5, abs=0.01)

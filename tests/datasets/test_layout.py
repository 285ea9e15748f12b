"""What preparation reports."""

from crossnet.datasets.layout import Ledger


def test_a_ledger_counts_by_side() -> None:
    ledger = Ledger(refused={"testA/x.jpg": "empty"})
    ledger.keep("trainA")
    ledger.keep("trainA", enlarged=True)
    ledger.keep("trainB")
    assert ledger.report() == {
        "kept": {"trainA": 2, "trainB": 1},
        "enlarged": {"trainA": 1},
        "refused_count": 1,
        "refused": {"testA/x.jpg": "empty"},
    }

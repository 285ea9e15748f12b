"""docs/metrics.md against the registered metrics, and these against what the evaluate stage writes."""

import re
from pathlib import Path

import numpy as np
import pytest

from crossnet.data.layout import BOTH_WAYS
from crossnet.evaluation.registry import EITHER, metrics
from tests.support.evaluated import TRANSLATED, evaluated
from tests.support.paths import ROOT

WORDS = set(re.findall(r"`([\w*]+)`", (ROOT / "docs/metrics.md").read_text(encoding="utf-8")))
DETAILS = ("_low", "_high", "_std", "_n_real", "_n_train", "_n", "_train")  # suffixes of every metric


def test_every_registered_key_and_suffix_is_documented() -> None:
    words = {metric.block for metric in metrics()}
    words |= {key for metric in metrics() for key in metric.values}
    words |= {end for each in metrics() for value in each.values.values() for end in (*value.floors, *value.ceilings)}
    assert words - WORDS == set()


def test_every_key_that_is_written_is_registered_or_a_documented_condition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    for name, array in (("scores", np.eye(16)), ("codes/to_b", np.ones((4, 2, 2))), ("codes/to_a", np.ones((4, 2, 2)))):
        (TRANSLATED / name).mkdir(parents=True)
        for number in range(3):
            np.save(TRANSLATED / name / f"{number}.npy", array)
    found = evaluated(3, 3, masks=True, truth=BOTH_WAYS, train=4)
    assert len(found) == 7
    declared = {
        (metric.block, key + reference + detail)
        for metric in metrics()
        for key, value in metric.values.items()
        for reference in ("", *value.floors, *value.ceilings)
        for detail in ("", *DETAILS)
    }
    written = {(block, re.sub(r"^to_[ab]", EITHER, key)) for block, values in found.items() for key in values}
    conditions = {key for _, key in written - declared}
    assert conditions <= {"n", "threshold", "resamples", "resampling_seed", "background_levels"} & WORDS

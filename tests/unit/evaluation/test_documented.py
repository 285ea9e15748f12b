"""docs/metrics.md against what the evaluate stage writes."""

import re
from pathlib import Path

import numpy as np
import pytest

from crossnet.data.layout import BOTH_WAYS
from crossnet.report.bounds import REFERENCES
from tests.support.paths import ROOT
from tests.unit.evaluation.made_up import TRANSLATED, evaluated

DOCUMENT = ROOT / "docs/metrics.md"


def test_every_key_of_the_metrics_is_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = set(re.findall(r"`([\w*]+)`", DOCUMENT.read_text(encoding="utf-8")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    for name, array in (("scores", np.eye(16)), ("codes/to_b", np.ones((4, 2, 2))), ("codes/to_a", np.ones((4, 2, 2)))):
        (TRANSLATED / name).mkdir(parents=True)
        for number in range(3):
            np.save(TRANSLATED / name / f"{number}.npy", array)
    metrics = evaluated(3, 3, masks=True, truth=BOTH_WAYS, train=4)
    assert len(metrics) == 6
    suffixes = "|".join(("_low", "_high", *REFERENCES))
    assert [block for block in metrics if block not in words] == []
    assert {end for end in REFERENCES if end not in words} == set()
    keys = {re.sub(r"^to_[ab]", "to_*", key) for block in metrics.values() for key in block}
    assert [key for key in sorted(keys) if key not in words and re.sub(f"({suffixes})+$", "", key) not in words] == []

"""A metric is one file: the example of CONTRIBUTING.md, added to the package."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from ruamel.yaml import YAML

from crossnet import evaluation
from crossnet.evaluation import registry
from crossnet.params import load_margins
from tests.support.committed import PARAMS
from tests.support.evaluated import TRANSLATED, evaluated
from tests.support.paths import ROOT


def example() -> str:
    """The Python code under "A metric" in CONTRIBUTING.md."""
    recipe = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("**A metric.**")[2]
    return textwrap.dedent(recipe.partition("```python\n")[2].partition("  ```")[0])


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example as a file of crossnet/evaluation, in an empty working folder."""
    registry.metrics()  # registers the metrics of the package in the registry that is restored afterwards
    (tmp_path / "brightness.py").write_text(example())
    monkeypatch.setattr(evaluation, "__path__", [*evaluation.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    registry.metrics.cache_clear()
    yield
    registry.metrics.cache_clear()
    sys.modules.pop("crossnet.evaluation.brightness")


@pytest.mark.usefixtures("added")
def test_the_stage_measures_a_metric_that_was_added_as_one_file() -> None:
    metrics = evaluated(3, 2, masks=False)
    images = [np.asarray(Image.open(TRANSLATED / f"to_b/{i}.png").convert("L"), float) for i in range(3)]
    wanted = [image.mean() for image in images]
    assert metrics["signs"]["to_b_brightness"] == pytest.approx(np.mean(wanted), abs=0.5)
    assert [*metrics["signs"]].index("to_b_spread_real") < [*metrics["signs"]].index("to_b_brightness")
    table = pd.read_csv("reports/plots/images.csv")
    assert table.columns[-1] == "brightness"
    assert table["brightness"][:3].to_numpy() == pytest.approx(wanted, abs=0.5)
    assert table["brightness"].notna().all()


@pytest.mark.usefixtures("added")
def test_tables_show_a_metric_that_was_added_as_one_file() -> None:
    shown = registry.values()["signs.to_a_brightness"]
    assert (shown.better, shown.table) == ("higher", True)


def test_the_order_of_metrics_names_registered_metrics_alone() -> None:
    assert [each.compute.__name__ for each in registry.metrics()] == [*registry.ORDER]


def test_margins_are_of_params_yaml_and_every_one_of_these_is_used() -> None:
    margins = {value.margin for value in registry.values().values()} - {None}
    assert margins == load_margins(YAML(typ="safe").load(PARAMS)).keys()


def test_values_come_in_the_order_of_tables() -> None:
    shown = [key for key, value in registry.values().items() if value.table]
    assert shown[:4] == ["fid.to_b", "fid.to_a", "kid.to_b", "kid.to_a"]
    assert shown[-4:] == [
        "paired.to_b_background_changed", "paired.to_a_background_changed",
        "signs.to_b_code_rank", "signs.to_a_code_rank",
    ]  # fmt: skip
    assert len(shown) == len(set(shown)) == 35

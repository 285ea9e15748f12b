"""A data set is one file and a block of params.yaml: the example of CONTRIBUTING.md, through the real stages."""

import json
import re
import shutil
import sys
from pathlib import Path

from tests.support.cloned import run
from tests.support.committed import restore
from tests.support.paths import ROOT


def test_the_example_of_a_data_set_is_checked_fetched_and_prepared(tmp_path: Path) -> None:
    recipe = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("**A dataset.**")[2]
    code, block = (re.search(rf"  ```{kind}\n(.*?)  ```", recipe, re.DOTALL) for kind in ("python", "yaml"))
    assert code
    assert block
    for folder in ("crossnet", "stages"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "params.yaml", tmp_path)
    restore(tmp_path / "params.yaml")
    params = (tmp_path / "params.yaml").read_text().replace("task: sculptures", "task: ramps", 1)
    params = params.replace("scale: laptop", "scale: smoke", 1)
    (tmp_path / "params.yaml").write_text(params + re.sub("^  ", "", block[1], flags=re.MULTILINE))
    (tmp_path / "crossnet/data/ramps.py").write_text(re.sub("^  ", "", code[1], flags=re.MULTILINE))

    for stage in ("check", "fetch", "prepare"):
        run(tmp_path, sys.executable, "-m", f"stages.{stage}")
    described = json.loads((tmp_path / "data/prepared/ramps/dataset.json").read_text())
    assert described["counts"] == {"trainA": 15, "trainB": 15, "testA": 8, "testB": 8, "validA": 1, "validB": 1}
    assert (described["a"], described["paired"]) == ("ramps to the right", True)
    assert len(list((tmp_path / "data/checked").iterdir())) == 2
    assert "ramps" in (tmp_path / "reports/attribution.md").read_text()

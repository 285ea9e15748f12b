"""A params.yaml with a key of an earlier version gets an error with the key's new name."""

import json
import re
from pathlib import Path

import pytest

from crossnet.params import ParamsError, load_params
from crossnet.params.model_config import read_config
from crossnet.params.renamed import RENAMED, with_new_keys
from tests.support.committed import text
from tests.support.paths import ROOT


@pytest.mark.parametrize("old", [old for old, new in RENAMED.items() if re.search(rf"^ *{new}:", text(), re.MULTILINE)])
def test_the_error_for_an_old_key_names_the_new_one(old: str, tmp_path: Path) -> None:
    earlier = re.sub(rf"^( *){RENAMED[old]}:", rf"\1{old}:", text(), count=1, flags=re.MULTILINE)
    path = tmp_path / "params.yaml"
    path.write_text(earlier)
    with pytest.raises(ParamsError) as error:
        load_params(path)
    wanted = rf"{re.escape(str(path))}: [\w.]+\b{old}: is called {RENAMED[old]} now; rename the key[^\n]*"
    assert re.fullmatch(wanted, str(error.value)), str(error.value)


def test_the_config_of_a_model_with_old_keys_is_read_with_new_ones(tmp_path: Path) -> None:
    committed = ROOT / "pretrained/horse2zebra/config.json"
    old = json.loads(committed.read_text())
    assert "history" in old
    found = read_config(committed)
    assert found.pop("image_pool") == {
        "size": old["history"]["capacity"],
        "reuse_probability": old["history"]["chance"],
    }
    assert found == {key: value for key, value in old.items() if key != "history"}


def test_a_loss_of_a_saved_model_keeps_its_name_even_where_a_key_was_once_called_so() -> None:
    saved = {"weights": {"average": 2.0}, "training": {"average": 0.9}}
    assert with_new_keys(saved) == {"weights": {"average": 2.0}, "training": {"ema_decay": 0.9}}

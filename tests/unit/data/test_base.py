"""Data sets are found by the names of their modules, and bring nothing heavy to those who read params.yaml."""

import subprocess
import sys
from typing import get_args

import pytest

from crossnet.data.base import datasets
from tests.support.paths import ROOT

HEAVY = {"PIL", "filelock", "httpx", "mitsuba", "numpy", "scipy", "torch"}


@pytest.mark.parametrize("name", datasets())
def test_a_data_set_has_the_name_of_its_module_as_its_source(name: str) -> None:
    assert get_args(datasets()[name].model_fields["source"].annotation) == (name,)


def test_reading_the_options_of_all_data_sets_imports_nothing_heavy() -> None:
    code = "import sys; from crossnet.data.base import datasets; datasets(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not set(loaded.split()) & HEAVY

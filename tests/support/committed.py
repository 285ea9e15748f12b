"""params.yaml with the choices that it comes with, whatever an experiment has made of them in this working tree."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from tests.support.paths import ROOT

PARAMS = ROOT / "params.yaml"
CHOICES = {
    "task": "sculptures", "method": "crossnet", "scale": "laptop", "split": "test", "engine": "auto", "seed": 0,
    "lambda_gan": 1, "lambda_id": 3, "lambda_ctc": 3, "lambda_zid": 6, "lambda_zcyc": 6,
}  # fmt: skip


def text() -> str:
    """Its text; `dvc exp run -S` writes two spaces before a comment, and these have one."""
    found = re.sub(r" +#", " #", PARAMS.read_text())
    for key, value in CHOICES.items():
        found = re.sub(rf"^{key}: [^#\n]*?(?= #|$)", f"{key}: {value}", found, flags=re.MULTILINE)
    return found


def restore(params: Path) -> None:
    """Write the choices into a copy of it, comments kept."""
    yaml = YAML()
    values = yaml.load(params)
    values.update(CHOICES)
    yaml.dump(values, params)

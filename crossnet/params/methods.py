"""The weights and options of methods, read from where the methods declare them.

A module `crossnet/methods/<name>.py` declares `LOSSES`, whose keys are the names of its weights, and `OPTIONS`, its
other options with the values that its paper has. A class of it has `paired = True` if it learns from pairs. All this is
read from the syntax of the module: importing it would import torch, which takes seconds.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import create_model

from crossnet.schema import Block, OneOrTwoWeights, Weight

FOLDER = Path(__file__).parents[1] / "methods"
PAPER = "crossnet"  # its weights are top-level keys, lambda_<loss>


@dataclass(frozen=True)
class Declared:
    """What a method declares: names of losses, options with the values of its paper, whether it learns from pairs."""

    losses: tuple[str, ...]
    options: dict[str, Any]
    paired: bool


@cache
def declared() -> dict[str, Declared]:
    """All methods by name."""
    found = {file.stem: _read(file) for file in sorted(FOLDER.glob("*.py"))}
    return {name: method for name, method in found.items() if method}


def _read(file: Path) -> Declared | None:
    tree = ast.parse(file.read_bytes())
    values = _assigned(tree.body)
    if "METHOD" not in values:
        return None
    losses = values.get("LOSSES")
    if not isinstance(losses, ast.Dict) or None in losses.keys:
        raise TypeError(f"{file}: LOSSES has to be a dictionary that is written out, without ** and |")
    names = tuple(str(ast.literal_eval(key)) for key in losses.keys if key is not None)
    classes = [_assigned(node.body) for node in tree.body if isinstance(node, ast.ClassDef)]
    paired = any(ast.literal_eval(fields["paired"]) for fields in classes if "paired" in fields)
    return Declared(names, ast.literal_eval(values["OPTIONS"]) if "OPTIONS" in values else {}, paired)


def _assigned(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """The names that statements assign, and their values."""
    values: dict[str, ast.expr] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = value
    return values


def methods_block() -> Any:
    """The model of the block `methods` of params.yaml: a block for each method, whose options have its types."""
    blocks: dict[str, Any] = {}
    for name, method in declared().items():
        weights: dict[str, Any] = {} if name == PAPER else dict.fromkeys(method.losses, (Weight, ...))
        options: dict[str, Any] = {option: (type(value), ...) for option, value in method.options.items()}
        blocks[name] = (create_model(f"Options of {name}", __base__=Block, **weights, **options), ...)
    return create_model("Methods", __base__=Block, **blocks)


def top_level_weights() -> Any:
    """The model of the weights of Eq. (5), which are top-level keys of params.yaml."""
    weights: dict[str, Any] = {f"lambda_{loss}": (OneOrTwoWeights, ...) for loss in declared()[PAPER].losses}
    return create_model("Weights", __base__=Block, **weights)

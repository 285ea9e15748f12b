"""The weights and options of methods, read from where the methods declare them.

A module `crossnet/methods/<name>.py` declares `LOSSES`, whose keys are the names of its weights, and `OPTIONS`, its
other options with the values that its paper has; a tuple lists the choices of one, the paper's first. A class of it has
`paired = True` if it learns from pairs. All this is read from the syntax of the module: importing it would import
torch, which takes seconds.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from crossnet.schema import Block, OneOrTwoWeights, Share, Weight

FOLDER = Path(__file__).parents[1] / "methods"
Count = Annotated[int, Field(ge=0, le=1024)]
Beta = Annotated[float, Field(ge=0, lt=1)]
BOUNDED: dict[str, Any] = {"beta1": Beta, "beta2": Beta, "decay_from": Share}  # options that a scale has as well
PAPER = "crossnet"  # its weights are top-level keys, lambda_<loss>


@dataclass(frozen=True)
class Declared:
    """What a method declares: names of losses, options with the paper's values or choices, whether it needs pairs."""

    losses: tuple[str, ...]
    options: dict[str, Any]
    paired: bool

    @property
    def defaults(self) -> dict[str, Any]:
        """The options as its paper has them."""
        return {name: value[0] if isinstance(value, tuple) else value for name, value in self.options.items()}


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
        blocks[name] = (create_model(f"Options of {name}", __base__=Block, **weights, **_options(method)), ...)
    return create_model("Methods", __base__=Block, **blocks)


def weights_block(name: str) -> Any:
    """The model of all weights and options of a method, as its constructor takes them."""
    method = declared()[name]
    weights: dict[str, Any] = dict.fromkeys(method.losses, (OneOrTwoWeights, ...))
    return create_model(f"Weights of {name}", __base__=Block, **weights, **_options(method))


def _options(method: Declared) -> dict[str, Any]:
    return {name: (BOUNDED.get(name, _type(value)), ...) for name, value in method.options.items()}


def _type(value: Any) -> Any:
    """The type of an option with that value, or with those choices."""
    if isinstance(value, tuple):
        return Literal[value]
    return {bool: bool, int: Count, float: Weight}[type(value)]


def top_level_weights() -> Any:
    """The model of the weights of Eq. (5), which are top-level keys of params.yaml."""
    weights: dict[str, Any] = {f"lambda_{loss}": (OneOrTwoWeights, ...) for loss in declared()[PAPER].losses}
    return create_model("Weights", __base__=Block, **weights)

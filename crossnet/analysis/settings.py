"""What tells one experiment from another but its seed, and what a row of such experiments is called."""

from collections.abc import Mapping
from typing import Any

from crossnet.report.metrics import flatten

Settings = dict[str, Any]  # dotted key of params.yaml -> value, of what shapes a run

WEIGHTS = ("lambda_gan", "lambda_id", "lambda_ctc", "lambda_zid", "lambda_zcyc")
LATENT = {"lambda_zid": "+ZId", "lambda_ctc": "+CTC", "lambda_zcyc": "+ZCyc"}  # in the order of Fig. 5
WITHOUT_LATENT, FULL = "GAN+Id", "CrossNet"
ABLATION: dict[str, Settings] = {  # Fig. 5: the name of a column, and what is set to zero for it
    WITHOUT_LATENT: {"lambda_zid": 0, "lambda_ctc": 0, "lambda_zcyc": 0},
    "+ZId": {"lambda_ctc": 0, "lambda_zcyc": 0},
    "+CTC": {"lambda_zcyc": 0},
    FULL: {},
}
CHOICES = {"methods": "method", "scales": "scale", "tasks": "task"}  # of blocks: the key that names one
METHODS = {"crossnet": FULL, "cyclegan": "CycleGAN", "munit": "MUNIT", "drit": "DRIT", "dped": "DPED", "aggan": "AGGAN"}
SHAPE_NOTHING = (
    "path",
    "a",
    "b",
    "folders",
    "meshes",
    "url",
    "mirrors",
    "sha256",
    "most_bytes",  # as max_bytes was called
    "max_bytes",
    "contact",
    "fid",
)  # of a task's block


class SettingsError(ValueError):
    """Parameters that are no run's; the message is one line."""


def effective(params: Mapping[str, Any]) -> Settings:
    """What shapes a run with these parameters (all of a params.yaml, of any age), but for its seed.

    The method's weights and the blocks of its scale and of its task. Paths, addresses, their checksums and checkpoints
    shape nothing: what was trained on is told by its hash. Raises SettingsError where a choice names no block.
    """
    task, method, scale = (str(params.get(key)) for key in ("task", "method", "scale"))
    found: Settings = {"split": str(params.get("split", "test"))}  # what is measured: rows of two splits never mix
    if method == "crossnet":
        found |= {key: _weight(key, params[key]) for key in WEIGHTS if key in params}
    chosen = {
        f"methods.{method}": _block(params, "methods", method),
        f"scales.{scale}": _block(params, "scales", scale),
        f"tasks.{task}": _block(params, "tasks", task),
    }
    for place, block in chosen.items():
        found |= {f"{place}.{key}": value for key, value in flatten(block)}
    return {key: value for key, value in found.items() if not _shapes_nothing(key)}


def outdated(locked: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """The first parameter that dvc.lock has otherwise than these, in words, or nothing; what shapes nothing may differ.

    locked: a value or a block by dotted key, as a stage of dvc.lock has them.
    """
    values = _values(params)
    for place, block in locked.items():
        kind, _, rest = place.partition(".")
        choice, chosen = CHOICES.get(kind), rest.partition(".")[0]
        if choice and chosen != str(params.get(choice)):
            return _otherwise(choice, {choice: chosen}, values)
        was = _values({place: block})
        now = {key: value for key, value in values.items() if f"{key}.".startswith(f"{place}.")}
        for key in was | now:
            same = key in was and key in now and was[key] == now[key]
            if not same and not _shapes_nothing(key):
                return _otherwise(key, was, now)
    return ""


def difference(settings: Settings, reference: Settings) -> Settings:
    """The settings that the reference has otherwise; a key that one of the two does not know is none of them."""
    return {key: value for key, value in settings.items() if key in reference and reference[key] != value}


def edits(before: Mapping[str, Any], after: Mapping[str, Any]) -> Settings:
    """The keys of all of params.yaml that have another value after than before, or that are new."""
    was = _values(before)
    return {key: value for key, value in _values(after).items() if key not in was or was[key] != value}


def name(method: str, differs: Settings) -> str:
    """What the paper calls a run: GAN+Id, +ZId, +CTC, CrossNet, CycleGAN; then what else differs, as `-S` takes it."""
    title, rest = METHODS.get(method, method), dict(differs)
    if method == "crossnet":
        off = {key for key in LATENT if key in differs and not differs[key]}
        for column, zeros in ABLATION.items():
            if zeros and set(zeros) == off:
                title, rest = column, {key: value for key, value in differs.items() if key not in zeros}
    others = ", ".join(f"{_short(key)}={written(value)}" for key, value in rest.items())
    if method == "crossnet" and title == FULL and others:
        return others
    return f"{title}, {others}" if others else title


def written(value: Any) -> str:
    """A value as `dvc exp run -S key=value` takes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _block(params: Mapping[str, Any], kind: str, chosen: str) -> Mapping[str, Any]:
    block = (params.get(kind) or {}).get(chosen)
    if not isinstance(block, Mapping):
        raise SettingsError(f"params.yaml: {kind}.{chosen}: no such block; wanted the one that the choice names")
    return block


def _values(params: Mapping[str, Any]) -> Settings:
    """Values by dotted key; a weight is one value, of one direction or of two."""
    weights = {key: _weight(key, value) for key, value in params.items() if key in WEIGHTS}
    return dict(flatten({key: value for key, value in params.items() if key not in WEIGHTS})) | weights


def _shapes_nothing(key: str) -> bool:
    """Whether a dotted key is one of a task's block that shapes nothing."""
    kind, *rest = key.split(".")
    return kind == "tasks" and any(option in SHAPE_NOTHING for option in rest[1:])


def _otherwise(key: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    locked, here = (written(values[key]) if key in values else "not there" for values in (was, now))
    return f"{key} is {locked} in dvc.lock, {here} in params.yaml"


def _weight(key: str, weight: Any) -> Any:
    """Two equal weights are one. Raises SettingsError for anything but a number or a number of each direction."""
    parts = weight if isinstance(weight, Mapping) else {"a": weight, "b": weight}
    if {*parts} != {"a", "b"} or not all(isinstance(part, int | float) for part in parts.values()):
        raise SettingsError(f"params.yaml: {key}: {written(weight)} is neither a number nor {{a: number, b: number}}")
    return parts["a"] if parts["a"] == parts["b"] else dict(parts)


def _short(key: str) -> str:
    """scales.laptop.training.lr as training.lr; other keys as they are."""
    return key.split(".", 2)[2] if key.startswith(("scales.", "tasks.", "methods.")) else key

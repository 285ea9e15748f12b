"""What distinguishes runs other than the seed, and the name of a variant: all runs that differ in the seed alone."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from crossnet.params.renamed import RENAMED

Settings = dict[str, Any]  # dotted key of params.yaml -> value

FULL, CYCLEGAN = "CrossNet", "CycleGAN"
LATENT = ("lambda_zid", "lambda_ctc", "lambda_zcyc")  # in the order of Fig. 5
ABLATION: dict[str, Settings] = {  # a column of Fig. 5 -> the weights that are zero in it
    "GAN+Id": dict.fromkeys(LATENT, 0),
    "+ZId": dict.fromkeys(LATENT[1:], 0),
    "+CTC": dict.fromkeys(LATENT[2:], 0),
    FULL: {},
}
METHODS = {  # a key of params.yaml: methods -> its name in the paper
    "crossnet": FULL, "cyclegan": CYCLEGAN, "munit": "MUNIT", "drit": "DRIT", "dped": "DPED (Lite0)", "aggan": "AGGAN",
    "dualgan": "DualGAN", "unit": "UNIT", "discogan": "DiscoGAN", "stargan": "StarGAN", "pix2pix": "pix2pix",
    "grabcut": "GrabCut",
}  # fmt: skip
FEATURES = "methods.dped.features"  # VGG-19's are DPED's own; a run with others has their name
BLOCKS = {"methods": "method", "scales": "scale", "tasks": "task"}  # named blocks -> the key that chooses one of them
WEIGHT = "lambda_"  # a weight of Eq. (5), which CrossNet alone has; one number, or one for each direction

# All other parameters shape a run. Images are compared by their hash, not by where they come from.
SHAPES_NOTHING = (
    "checkpoints.*", "claims.*", "scales.*.training.log_every", "scales.*.training.grid_every",
    *(f"tasks.*.{key}" for key in (
        "path", "a", "b", "folders", "meshes", "url", "mirrors", "sha256", "max_bytes", "contact", "fid",
    )),
)  # fmt: skip


class SettingsError(ValueError):
    """Parameters that no run can have; the message is one line."""


def settings(params: Mapping[str, Any]) -> Settings:
    """Select the parameters that shape a run, from a params.yaml of any age, under their current keys.

    These are all that are not known to shape nothing, of the chosen method, scale and task; without the seed.

    Raises:
        SettingsError: a choice has no block, or a weight is not one.
    """
    chosen = []
    for blocks, choice in BLOCKS.items():
        name = str(params.get(choice))
        named = params.get(blocks)
        if not isinstance(named, Mapping) or not isinstance(named.get(name), Mapping):
            raise SettingsError(f"params.yaml: {blocks}.{name}: no such block; wanted the one that {choice} names")
        chosen.append(f"{blocks}.{name}.")
    values = {"split": "test"} | _current(_flat(params))  # the oldest have no split
    return {
        key: value
        for key, value in values.items()
        if key != "seed"
        and (key.partition(".")[0] not in BLOCKS or key.startswith(tuple(chosen)))
        and not (key.startswith(WEIGHT) and params["method"] != "crossnet")
        and not _shapes_nothing(key)
    }


def first_outdated(locked: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Describe the first parameter that shapes a run and has another value in dvc.lock; "" if there is none.

    locked: the parameters of a stage in dvc.lock, a value or a block by dotted key.
    """
    values = _current(_flat(params))
    for place, block in locked.items():
        blocks, _, rest = place.partition(".")
        if (choice := BLOCKS.get(blocks)) and (name := rest.partition(".")[0]) != str(params.get(choice)):
            return _differs(choice, {choice: name}, values)
        before = _current(_flat({place: block}))
        [current] = _current({place: None})
        now = {key: value for key, value in values.items() if f"{key}.".startswith(f"{current}.")}
        for key in before | now:
            same = key in before and key in now and before[key] == now[key]
            if not same and not _shapes_nothing(key):
                return _differs(key, before, now)
    return ""


def difference(values: Settings, reference: Settings) -> Settings:
    """Select the settings with another value in the reference; a key that one of the two lacks is no difference."""
    return {key: value for key, value in values.items() if key in reference and reference[key] != value}


def edits(before: Mapping[str, Any], after: Mapping[str, Any]) -> Settings:
    """Select the values of a params.yaml that are new or changed, by the keys that it has itself."""
    old = _flat(before)
    return {key: value for key, value in _flat(after).items() if key not in old or old[key] != value}


def name(method: str, differs: Settings) -> str:
    """Name a variant as the paper does (GAN+Id, +ZId, +CTC, CrossNet, CycleGAN), then by what else differs."""
    title, rest = METHODS.get(method, method), dict(differs)
    if method == "crossnet":
        off = {key for key in LATENT if key in differs and not differs[key]}
        title = next((column for column, zeros in ABLATION.items() if zeros and set(zeros) == off), title)
        rest = {key: value for key, value in differs.items() if key not in ABLATION.get(title, {})}
    if rest.get(FEATURES) == "vgg19":
        title = "DPED"
        del rest[FEATURES]
    others = ", ".join(f"{_short(key)}={literal(value)}" for key, value in rest.items())
    if title == FULL and others:
        return others
    return f"{title}, {others}" if others else title


def literal(value: Any) -> str:
    """Write a value as `dvc exp run -S key=value` reads it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flat(block: Mapping[str, Any], before: str = "") -> Settings:
    """Values by dotted key; a weight is one value, whether of one direction or of two."""
    found: Settings = {}
    for key, value in block.items():
        if key.startswith(WEIGHT):
            found[before + key] = _weight(before + key, value)
        elif isinstance(value, Mapping):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[before + key] = value
    return found


def _current(values: Settings) -> Settings:
    """The same values under the keys that params.yaml has now; names of tasks, methods and scales stay."""
    found = {}
    for key, value in values.items():
        first, *rest = key.split(".")
        kept = rest[: first in BLOCKS]
        found[".".join([RENAMED.get(first, first), *kept, *(RENAMED.get(p, p) for p in rest[len(kept) :])])] = value
    return found


def _shapes_nothing(key: str) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in SHAPES_NOTHING)


def _differs(key: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    locked, here = (literal(values[key]) if key in values else "missing" for values in (before, now))
    return f"{key} is {locked} in dvc.lock, {here} in params.yaml"


def _weight(key: str, weight: Any) -> Any:
    """A number, or {a, b} where the two directions differ. Raises SettingsError for anything else."""
    parts = weight if isinstance(weight, Mapping) else {"a": weight, "b": weight}
    if {*parts} != {"a", "b"} or not all(isinstance(part, int | float) for part in parts.values()):
        raise SettingsError(f"params.yaml: {key}: {literal(weight)} is neither a number nor {{a: number, b: number}}")
    return parts["a"] if parts["a"] == parts["b"] else dict(parts)


def _short(key: str) -> str:
    """scales.laptop.training.lr as training.lr; other keys as they are."""
    return key.split(".", 2)[2] if key.partition(".")[0] in BLOCKS else key

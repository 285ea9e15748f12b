"""The models that come with the package, and the folder of the option `--model`."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE / "pretrained", PACKAGE.parent / "pretrained")  # of an installed package, of a checkout


def pretrained() -> dict[str, Path]:
    """Return the folder of each pretrained model by its name, sorted."""
    from crossnet.model import CONFIG

    found = sorted(path for place in PLACES for path in place.glob(f"*/{CONFIG}"))
    return {path.parent.name: path.parent for path in found}


def model_folder(model: str) -> Path:
    """Return the folder of `--model`: a folder with a model, or the pretrained model of this name.

    Any other path is returned as it is. Raises ModelError if the value is neither a path nor such a name.
    """
    from crossnet.model import CONFIG, ModelError

    folder = Path(model)
    if (folder / CONFIG).exists():
        return folder
    names = pretrained()
    if model in names:
        return names[model]
    if folder.is_dir() or folder.name != model:
        return folder
    raise ModelError(f"--model {model}: no such folder or pretrained model; pretrained: {', '.join(names) or 'none'}")

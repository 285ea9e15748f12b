"""The folder of a model: a path, the name of a model that comes with the package, or an address on the Hub."""

from pathlib import Path

from crossnet.hub import CONFIG, PREFIX, download, parse

PACKAGE = Path(__file__).parent
PLACES = (PACKAGE / "pretrained", PACKAGE.parent / "pretrained")  # of an installed package, of a checkout


class NoModelError(ValueError):
    """A name without a model; the message is one line."""


def pretrained() -> dict[str, Path]:
    """Return the folder of each pretrained model by its name, sorted."""
    found = sorted(path for place in PLACES for path in place.glob(f"*/{CONFIG}"))
    return {path.parent.name: path.parent for path in found}


def local_folder(model: str | Path) -> Path | None:
    """Return the folder with a model, or that of the pretrained model of this name; None for what is neither.

    A path that leads to a folder without a model, or that can be no name, is returned as it is.
    """
    folder = Path(model)
    if (folder / CONFIG).exists():
        return folder
    names = pretrained()
    if isinstance(model, str) and model in names:
        return names[model]
    return folder if isinstance(model, Path) or folder.is_dir() or folder.is_absolute() else None


def model_folder(model: str, key: str = "--model") -> Path:
    """Return the folder of a model by path, name or `hub:` address; a model of the Hub is fetched into its cache.

    A path that is no folder is returned as it is. Raises NoModelError, whose message begins with `key`, for a word that
    is neither a folder nor a pretrained model, and HubError.
    """
    if model.startswith(PREFIX):
        return download(*parse(model), quiet=True)
    found = local_folder(model)
    if found is None and Path(model).name == model:
        raise no_model(f"{key} {model}")
    return found or Path(model)


def no_model(what: str) -> NoModelError:
    """Return the error for a name that is neither a folder nor a pretrained model, with the names that there are."""
    names = ", ".join(pretrained()) or "none"
    return NoModelError(f"{what}: no such folder or pretrained model; pretrained: {names}")

"""The files of a run that figures are made from, copied out of Git and DVC into a folder."""

from collections.abc import Sequence
from pathlib import Path

from crossnet.experiments.revisions import SHOWN, failures, files
from crossnet.experiments.runs import Run


class MaterialError(RuntimeError):
    """A file of an experiment that is nowhere at hand; the message is one line: the experiment, the file, a remedy."""


def copy(root: Path, run: Run, places: Sequence[str], into: Path, optional: bool = False) -> None:
    """Copy files or folders of a run from DVC's cache or a remote to the same places below a folder.

    Raises MaterialError where one is not there; of optional ones that the run never had, nothing is said.
    """
    tree = files(root, run.commit)
    for place in places:
        try:
            if optional and not tree.exists(place):
                continue
            into.joinpath(place).parent.mkdir(parents=True, exist_ok=True)
            tree.get(place, str(into / place), recursive=True)
        except failures():
            raise MaterialError(
                f"{run.name}: {place} is neither in DVC's cache nor at a remote that it knows; `dvc fetch` it where "
                f"it was made, or make it again at {run.baseline[:SHOWN]}: {run.command}"
            ) from None

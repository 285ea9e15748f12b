from pathlib import Path

from crossnet.params import Params
from stages.command import command
from stages.sources import bring


def fetch(params: Params) -> None:
    """Bring the raw material of the task to data/raw/<task>: render it, download it, or copy it from a folder."""
    bring(params, Path("data/raw") / params.task)


if __name__ == "__main__":
    command(fetch)

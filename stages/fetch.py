from pathlib import Path

from crossnet.data.download.fid_weights import fid_weights
from crossnet.evaluation.fid_weights import verify
from crossnet.params import Params
from crossnet.params.user_files import refuse_unknown
from stages._command import command
from stages.sources import bring


def fetch(params: Params) -> None:
    """Bring the raw material of the task to data/fetched/<task>: render it, download it, or copy it from a folder.

    A task that wants FID stops here where its weights cannot be had, and not after the training.
    """
    if params.task_options.fid:
        verify(fid_weights(params.task))
    refuse_unknown("data/fetched")
    bring(params, Path("data/fetched") / params.task)


if __name__ == "__main__":
    command(fetch)

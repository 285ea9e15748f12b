from pathlib import Path

from crossnet.data.atomic_directory import atomic_directory
from crossnet.data.base import Run
from crossnet.data.download.fid_weights import fid_weights
from crossnet.evaluation.fid_weights import verify
from crossnet.params import Params
from crossnet.params.user_files import MARK, refuse_unknown
from stages._command import command


def fetch(params: Params) -> None:
    """Fill data/fetched/<task> with the raw files of the task: render them, download them, or copy them.

    A task that wants FID stops here where its weights cannot be had, and not after the training.
    """
    if params.task_options.fid:
        verify(fid_weights(params.task))
    refuse_unknown("data/fetched")
    with atomic_directory(Path("data/fetched") / params.task) as folder:
        params.task_options.fetch(folder, Run(params.task, params.images))
        (folder / MARK).touch()


if __name__ == "__main__":
    command(fetch)

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    from dvclive.live import Live
except ModuleNotFoundError:  # as on a node without DVC: deploy/airgapped
    Live = None  # type: ignore[assignment,misc]

from crossnet.files import errors_at
from crossnet.training.log_replay import Log, Show
from stages.plain_log import PlainLog


@contextmanager
def live_log(folder: Path, writes: bool) -> Iterator[tuple[Log, Show]]:
    """Where a training logs: dvclive in a folder for the process that writes, nowhere for the others.

    Where dvclive is not installed the same files are written without it.
    """
    if not writes:
        yield lambda name, value, done: None, lambda path, done: None
        return
    if Live is None:
        with errors_at(folder):
            plain = PlainLog(folder)
            try:
                yield plain.log, plain.show
            finally:
                plain.end()
        return
    try:
        with errors_at(folder), Live(str(folder), dvcyaml=None, save_dvc_exp=False, report=None) as live:

            def log(name: str, value: float, done: int) -> None:
                live.step = done
                live.log_metric(name, value)

            def show(path: Path, done: int) -> None:
                live.step = done
                live.log_image(f"translations/{path.name}", path)

            yield log, show
    except OSError:  # what dvclive has half written; the journal tells all of it again
        shutil.rmtree(folder / "plots", ignore_errors=True)
        (folder / "metrics.json").unlink(missing_ok=True)
        raise

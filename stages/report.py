from pathlib import Path

from crossnet.files import write_atomically
from crossnet.params import Params
from crossnet.report.data import collect
from crossnet.report.page import page
from stages._command import command


def report(params: Params) -> None:
    """Draw the figures of the run, reports/figures/*.png, and write its page, reports/index.html."""
    run = {
        "task": params.task,
        "method": params.method,
        "scale": params.scale,
        "seed": params.seed,
        "split": params.split,
    }
    write_atomically(Path("reports/index.html"), page(collect(run, params.effective())))


if __name__ == "__main__":
    command(report)

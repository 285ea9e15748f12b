"""Where commands may write."""

from pathlib import Path

from crossnet.cli.stop import stop
from crossnet.params.places import KEPT, of_pipeline


def refuse_own(out: Path) -> None:
    """Stop where what is written would lie in a folder of the pipeline, which deletes it with the next run."""
    if own := of_pipeline(out):
        raise stop(
            f"{out}: is or lies in {own}, which belongs to the pipeline and may be replaced by it; name a folder "
            f"of your own, or one in {KEPT}"
        )

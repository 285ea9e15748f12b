"""Whether DVC's queue and `--temp` work in this clone: where they do not, DVC says so late, or not at all."""

import subprocess
from pathlib import Path


def fault(root: Path) -> str | None:
    """Why experiments of the queue and of `--temp` fail or are lost in the clone at root, and the remedy, in a line."""
    place = root.resolve()
    if bad := next((character for character in "#?" if character in str(place)), None):
        return f"{place}: has {bad} in its path, and there DVC's queue and --temp fail; move the clone"
    command = ["git", "-C", str(place), "rev-parse", "--is-shallow-repository"]
    try:
        shallow = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    if shallow.strip() == "true":
        return (
            f"{place}: is a shallow clone, and there DVC loses the experiments of the queue and of --temp; "
            "`git fetch --unshallow` first"
        )
    return None

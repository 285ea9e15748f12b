"""Ctrl-C during the imports of `crossnet` or of a stage: import this module first, and it ends in one line."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

# the name of the program -> what has not begun; `python -m stages.<name>` is called -m while it looks for the module
PROGRAMS = {"crossnet": "the command began", "-m": "the stage began; the same command begins it"}
PROGRAM = Path(sys.argv[0]).name


def interrupted(number: int, frame: FrameType | None) -> None:
    """End this process, which has not begun anything, without a traceback from half-imported modules."""
    os.write(2, f"error: SIGINT: interrupted before {PROGRAMS[PROGRAM]}\n".encode())
    os._exit(128 + number)


def raise_again() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, now that the imports are done."""
    if signal.getsignal(signal.SIGINT) is interrupted:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# a program that imports this for its own purposes keeps its own handler
if PROGRAM in PROGRAMS and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, interrupted)

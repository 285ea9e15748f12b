"""Ctrl-C during the imports of the command `crossnet`: import this module first, and it ends in one line."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType


def interrupted(number: int, frame: FrameType | None) -> None:
    """End this process, which has not begun anything, without a traceback from half-imported modules."""
    os.write(2, b"error: SIGINT: interrupted before the command began\n")
    os._exit(128 + number)


# a program that imports the command for its own purposes keeps its own handler
if Path(sys.argv[0]).name == "crossnet" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, interrupted)

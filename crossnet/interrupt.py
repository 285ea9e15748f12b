"""Ctrl-C while the command `crossnet` still imports: importing this module first makes it one line."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType


def interrupted(number: int, frame: FrameType | None) -> None:
    """End this process, which has begun nothing yet: a traceback out of half imported modules helps nobody."""
    os.write(2, b"error: SIGINT: interrupted before the command began\n")
    os._exit(128 + number)


# a program that imports the command for its own purposes keeps its own handler
if Path(sys.argv[0]).name == "crossnet" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, interrupted)

"""One thin command a stage of dvc.yaml: read the parameters, call crossnet, write the declared outs."""

import os
import signal
import sys
from types import FrameType


def interrupted(number: int, frame: FrameType | None) -> None:
    """End this process, which has begun nothing yet: a traceback out of half imported modules helps nobody."""
    os.write(2, b"error: SIGINT: interrupted before the stage began; the same command begins it\n")
    os._exit(128 + number)


# `python -m stages.<name>` has this name while it looks for the module, whose imports may take seconds
if sys.argv[0] == "-m" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, interrupted)

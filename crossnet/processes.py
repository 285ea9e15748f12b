"""The number of cores for worker processes, workers that end with their parent, and the memory of processes."""

import os
import resource
import sys
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread


def cores() -> int:
    """Return the number of cores that this process may use; on some platforms, that of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peak_mib(whose: int = resource.RUSAGE_SELF) -> float:
    """Return the most memory that this process has had so far, or RUSAGE_CHILDREN's largest, in MiB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes on macOS, and in KiB on Linux
    return resource.getrusage(whose).ru_maxrss / unit


def end_with_parent() -> None:
    """End this process as soon as its parent ends, so that no other run finds it writing."""
    parent = parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()

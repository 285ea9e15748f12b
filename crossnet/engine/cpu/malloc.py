"""How the C library manages memory."""

import ctypes

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # mallopt(3)


def keep_freed_memory() -> None:
    """Let GNU's C library keep freed memory for the next allocation.

    A step frees and allocates the same hundreds of megabytes again and again. Memory that was returned to the system
    comes back as pages that have to be zeroed, and threads wait for each other meanwhile.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    for option, value in (M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 64 * 2**20), (M_MMAP_THRESHOLD, 32 * 2**20):
        mallopt(option, value)

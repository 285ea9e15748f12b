"""The C++ that residual blocks are computed by on a CPU, compiled for this machine and kept in the cache."""

from crossnet.cache import cache_folder
from crossnet.engine.cpu import winograd_native
from crossnet.engine.cpu.native_build import build


def load_library() -> winograd_native.Library:
    """Load the library; compile it first, within seconds, where the cache has none.

    Raises NotBuiltError or OSError, in one line, where there is no compiler, no processor that it is for, or no cache.
    """
    return winograd_native.Library(build(winograd_native.SOURCE, cache_folder() / "compiled"))

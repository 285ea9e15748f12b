"""The C++ that residual blocks are computed by on a CPU, compiled for this machine and kept in the cache."""

from crossnet.cache import cache_folder
from crossnet.nn import compiled
from crossnet.nn.native import build


def load_library() -> compiled.Library:
    """Load the library; compile it first, within seconds, where the cache has none.

    Raises NotBuiltError or OSError, in one line, where there is no compiler, no processor that it is for, or no cache.
    """
    return compiled.Library(build(compiled.SOURCE, cache_folder() / "compiled"))

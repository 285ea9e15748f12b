"""CrossNet, reproduced. `from crossnet import CrossNet` is the Python API (docs/api.md), imported when asked for."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossnet.api import CrossNet

__all__ = ["CrossNet"]


def __getattr__(name: str) -> Any:
    if name == "CrossNet":
        return importlib.import_module("crossnet.api").CrossNet
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

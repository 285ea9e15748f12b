"""`winograd.cpp`, compiled for this processor, or for an older one that this one can be."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
import torch

from crossnet.engine.cpu.native_build import BY_PROCESSOR, build
from crossnet.engine.cpu.winograd_native import SOURCE, Library

FOLDER = TemporaryDirectory()  # goes with this process
HERE = torch.backends.cpu.get_cpu_capability()
PROCESSORS = [name for name in ("AVX2", "AVX512") if name <= HERE] if HERE in BY_PROCESSOR else []
CAN_COMPILE = bool(PROCESSORS and shutil.which("c++"))
can_compile = pytest.mark.skipif(not CAN_COMPILE, reason="no compiler, or another kind of processor")


@cache
def library(processor: str = HERE) -> Library:
    """Compiled once for all tests of a process."""
    with patch("torch.backends.cpu.get_cpu_capability", lambda: processor):
        return Library(build(SOURCE, Path(FOLDER.name)))

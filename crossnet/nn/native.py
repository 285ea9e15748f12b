"""C++ that is compiled where it runs, for the processor that it runs on.

Not by torch.utils.cpp_extension: that wants ninja, waits for ever after a process that was killed while it compiled,
and overwrites in place what another process has loaded.
"""

import hashlib
import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

COMMON = ("-O3", "-std=c++17", "-shared", "-fPIC", "-fopenmp")
BY_PROCESSOR = {  # what torch calls its capability: flags of GNU's compiler
    "AVX512": ("-march=x86-64-v4", "-mprefer-vector-width=512"),
    "AVX2": ("-march=x86-64-v3",),
}
LONGEST = 120.0  # seconds


class NotBuiltError(RuntimeError):
    """There is no compiled code here; the message says why in one line."""


def build(source: Path, folder: Path) -> Path:
    """The shared library of a file of C++, compiled into a folder unless it is there.

    Its name tells the source, the flags and the compiler apart. `$CXX` is the compiler, or else c++. Raises
    NotBuiltError where there is none, where it fails, and on processors other than x86 with AVX2 or AVX-512.
    """
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in BY_PROCESSOR:
        raise NotBuiltError(f"{source.name} is for processors with AVX2 or AVX-512, and torch finds {capability}")
    compiler, *rest = shlex.split(os.environ.get("CXX") or "c++")
    flags = (*rest, *COMMON, *BY_PROCESSOR[capability])
    described = "\0".join((_run(compiler, *rest, "--version"), *flags)).encode() + b"\0" + source.read_bytes()
    library = folder / f"{source.stem}-{hashlib.sha256(described).hexdigest()[:16]}.so"
    try:
        if not library.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=folder) as aside:
                made = Path(aside, library.name)
                _run(compiler, *flags, str(source), "-o", str(made))
                with made.open("rb") as written:
                    os.fsync(written.fileno())
                made.replace(library)
    except OSError as error:
        raise NotBuiltError(f"{folder}: {error.strerror}") from error
    return library


def _run(compiler: str, *arguments: str) -> str:
    """What the compiler prints."""
    try:
        done = subprocess.run([compiler, *arguments], capture_output=True, text=True, check=True, timeout=LONGEST)
    except FileNotFoundError:
        raise NotBuiltError(f"{compiler}: no such compiler; install g++, or name one in CXX") from None
    except subprocess.CalledProcessError as error:
        said = next((line for line in error.stderr.splitlines() if "error" in line), f"exit {error.returncode}")
        raise NotBuiltError(f"{compiler}: {said.strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuiltError(f"{compiler}: {error}") from error
    return done.stdout

"""C++ that is compiled where it runs, for the processor that it runs on.

Not by torch.utils.cpp_extension: that wants ninja, waits for ever after a process that was killed while it compiled,
and overwrites in place what another process has loaded.
"""

import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory

import torch

COMMON = ("-O3", "-std=c++17", "-shared", "-fPIC", "-fopenmp")
BY_PROCESSOR = {  # what torch calls its capability: flags of GNU's compiler
    "AVX512": ("-march=x86-64-v4", "-mprefer-vector-width=512"),
    "AVX2": ("-march=x86-64-v3",),
}
LONGEST = 60.0  # seconds
PARTIAL = ".partial-"


class NotBuiltError(RuntimeError):
    """There is no compiled code here; the message says why in one line."""


def build(source: Path, folder: Path) -> Path:
    """The shared library of a file of C++, compiled into a folder unless it is there as it was made.

    Its name tells the source, the flags and the compiler apart. `$CXX` is the compiler, or else c++. Raises
    NotBuiltError where there is none, where it fails, and on processors other than x86 with AVX2 or AVX-512.
    """
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in BY_PROCESSOR:
        raise NotBuiltError(f"{source.name} is for processors with AVX2 or AVX-512, and torch finds {capability}")
    command = _compiler()
    flags = (*COMMON, *BY_PROCESSOR[capability])
    described = "\0".join((_run([*command, "--version"]), *command[1:], *flags)).encode() + b"\0" + source.read_bytes()
    library = folder / f"{source.stem}-{hashlib.sha256(described).hexdigest()[:16]}.so"
    try:
        if not _is_whole(library):
            folder.mkdir(parents=True, exist_ok=True)
            _clear(folder)
            with TemporaryDirectory(dir=folder, prefix=PARTIAL) as aside:
                made = Path(aside, library.name)
                _run([*command, *flags, str(source), "-o", str(made)])
                digest = _digest_of(made)
                digest.write_text(_sha256(made))
                for file, place in (digest, _digest_of(library)), (made, library):
                    file.replace(place)
    except OSError as error:
        raise NotBuiltError(f"{folder}: {error.strerror}") from error
    return library


def _compiler() -> list[str]:
    named = os.environ.get("CXX", "").strip() or "c++"
    try:
        return shlex.split(named)
    except ValueError as error:
        raise NotBuiltError(f"CXX names no compiler: {named}: {error}") from error


def _is_whole(library: Path) -> bool:
    """Whether a library is there as it was made: one that is cut off would end the process that loads it."""
    try:
        return _sha256(library) == _digest_of(library).read_text()
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _digest_of(library: Path) -> Path:
    return library.with_suffix(".sha256")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _clear(folder: Path) -> None:
    """Remove what compilers that were killed have left."""
    for path in folder.glob(f"{PARTIAL}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > 2 * LONGEST:
                shutil.rmtree(path, ignore_errors=True)


def _run(command: Sequence[str]) -> str:
    """What the compiler prints; it and all that it has started end within LONGEST."""
    name = command[0]
    try:
        process = subprocess.Popen(
            command, stdout=PIPE, stderr=PIPE, text=True, errors="replace", start_new_session=True
        )
    except FileNotFoundError:
        raise NotBuiltError(f"{name}: no such compiler; install g++, or name one in CXX") from None
    except OSError as error:
        raise NotBuiltError(f"{name}: {error.strerror}") from error
    try:
        out, err = process.communicate(timeout=LONGEST)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        raise NotBuiltError(f"{name}: had not ended after {LONGEST:.0f} s") from None
    if process.returncode:
        said = next((line.strip() for line in err.splitlines() if re.search("error|failed", line)), "")
        raise NotBuiltError(f"{name}: {said or f'exit {process.returncode}'}")
    return out

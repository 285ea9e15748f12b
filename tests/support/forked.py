"""Processes that begin at once: each is forked from one that has imported what tests start and kill most."""

from multiprocessing import get_context, set_forkserver_preload

CONTEXT = get_context("forkserver")
set_forkserver_preload(["tests.faults.trainer", "tests.faults.stage", "tests.support.searching", "scipy.fftpack"])

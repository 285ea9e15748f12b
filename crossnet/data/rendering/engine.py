"""Mitsuba 3, loaded when it is first needed."""

from functools import cache
from typing import Any


@cache
def engine() -> Any:
    """Mitsuba in the variant that needs nothing but the processor, on one thread (processes share the cores)."""
    import drjit
    import mitsuba

    drjit.set_thread_count(1)
    mitsuba.set_variant("scalar_rgb")
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    return mitsuba

"""Properties are tried on the same examples every time, however slow the machine; two processes share two cores."""

import os

from hypothesis import settings

os.environ["OMP_NUM_THREADS"] = "1"  # also of what tests start; torch is imported after this

settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.load_profile("reproducible")

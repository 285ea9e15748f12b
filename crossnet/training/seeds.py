"""Seeds: of all global random states, and of independent streams by their names."""

import hashlib
import random

import numpy as np
import torch


def derive(seed: int, *names: str | int) -> int:
    """A seed in [0, 2^63) for the stream of that name; other names, and other seeds, give unrelated streams."""
    digest = hashlib.sha256("/".join(map(str, (seed, *names))).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def deterministic(seed: int) -> None:
    """Seed every global random state, and ask for deterministic kernels wherever there are any."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # no kernel here reads what it has not written
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False

"""The accelerators of this machine, and the torch device for an accelerator of the parameters."""

import torch


def require(accelerator: str, key: str) -> None:
    """Raise RuntimeError, one line that begins with `key`, if the machine has no such accelerator."""
    present = ["cpu"]
    present += ["cuda"] if torch.cuda.is_available() else []
    present += ["mps"] if torch.backends.mps.is_available() else []
    if accelerator not in (*present, "auto"):
        there = ", ".join(present)
        raise RuntimeError(f"{key}: {accelerator} is asked for, but there is only {there}; name one of these, or auto")


def device_for(accelerator: str, key: str) -> torch.device:
    """Return the first device of an accelerator: cpu, cuda, mps, or auto, which is a GPU if the machine has one.

    As a side effect, TF32 is off from then on, so that devices differ in rounding only. Raises RuntimeError, one line
    that begins with `key`, if the machine has no such accelerator.
    """
    require(accelerator, key)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    if accelerator != "auto":
        return torch.device(accelerator)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")

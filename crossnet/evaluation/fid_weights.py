"""The official Inception weights of FID: their address, and the check that a file holds them."""

import hashlib
from pathlib import Path

WEIGHTS = "pt_inception-2015-12-05-6726825d.pth"  # the name carries the start of the checksum
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{WEIGHTS}"  # pytorch-fid's
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
BYTES = 95_628_359


def verify(weights: Path) -> str:
    """The SHA-256 of a file of weights, which has to be the official one.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is another one.
    """
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OSError(f"{weights}: weights of Inception cannot be read: {error.strerror}; fetch {URL}") from error
    if found != SHA256:
        raise ValueError(
            f"{weights}: sha256 starts {found[:8]}, not {SHA256[:8]}: not the official weights of FID; fetch {URL}"
        )
    return found

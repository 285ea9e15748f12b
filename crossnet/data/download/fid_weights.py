"""The file of FID's Inception weights: one that the user names, one in the cache, or a download."""

import os
from pathlib import Path

from crossnet.cache import cache_folder
from crossnet.evaluation.fid_weights import BYTES, SHA256, URL, WEIGHTS


def fid_weights(task: str) -> Path:
    """The file that `CROSSNET_FID_WEIGHTS` names, relative to the repository, or the file in the cache.

    The cache is the folder `$CROSSNET_CACHE`, or the user's own. The weights are downloaded into it once.

    Args:
        task: the task that needs them, for the error message.

    Raises:
        DownloadError: the weights cannot be downloaded; the message says what to do.
    """
    if named := os.environ.get("CROSSNET_FID_WEIGHTS"):
        return Path(os.environ.get("DVC_ROOT", ".")) / Path(named).expanduser()
    from crossnet.data.download.download import download  # brings a web client, which few tasks need

    by_hand = (
        f"FID needs this file: download {URL} and put it there, or name it in CROSSNET_FID_WEIGHTS, "
        f"or set tasks.{task}.fid to false in params.yaml"
    )
    return download([URL], cache_folder(), WEIGHTS, SHA256, BYTES, by_hand)

"""Where the weights of FID's network come from: a file that is named, a cache, or pytorch-fid's address."""

import os
from pathlib import Path

from crossnet.cache import cache_folder
from crossnet.evaluation.weights import BYTES, SHA256, URL, WEIGHTS


def fid_weights(task: str) -> Path:
    """The file that `CROSSNET_FID_WEIGHTS` names (from the repository, if relative), or that of the cache.

    The cache is the folder `$CROSSNET_CACHE`, or the user's own; what is not there is fetched. Raises DownloadError.
    """
    if named := os.environ.get("CROSSNET_FID_WEIGHTS"):
        return Path(os.environ.get("DVC_ROOT", ".")) / Path(named).expanduser()
    from crossnet.data.download.archives import download  # here, because it brings a web client, which few tasks need

    by_hand = (
        f"FID needs this file: download {URL} and put it there, or name it in CROSSNET_FID_WEIGHTS, "
        f"or set tasks.{task}.fid to false in params.yaml"
    )
    return download([URL], cache_folder(), WEIGHTS, SHA256, BYTES, by_hand)

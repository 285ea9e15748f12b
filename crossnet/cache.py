"""Where things are kept that can be had again: fetched or made once for all clones of one user."""

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The folder `$CROSSNET_CACHE`, or this user's own for this program; it may not be there yet.

    Raises OSError where no such folder can be told.
    """
    try:
        return Path(os.environ.get("CROSSNET_CACHE") or platformdirs.user_cache_dir("crossnet")).expanduser()
    except RuntimeError as error:
        raise OSError(f"{error}; name a folder for the cache in CROSSNET_CACHE") from error

"""The cache of downloads and compiled code, shared by all clones of a user."""

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Return the folder `$CROSSNET_CACHE`, by default the user's cache folder of this program; it may not exist yet.

    Raises OSError if the user has no such folder.
    """
    try:
        return Path(os.environ.get("CROSSNET_CACHE") or platformdirs.user_cache_dir("crossnet")).expanduser()
    except RuntimeError as error:
        raise OSError(f"{error}; name a folder for the cache in CROSSNET_CACHE") from error

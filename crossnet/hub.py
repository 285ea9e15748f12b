"""The Hugging Face Hub: its mixin and its files, by huggingface_hub, which is an optional extra; errors of one line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossnet.escaping import one_line
from crossnet.files import error_message

if TYPE_CHECKING:
    import huggingface_hub

    HubMixin = huggingface_hub.ModelHubMixin
else:
    try:
        from huggingface_hub import ModelHubMixin as HubMixin
    except ImportError:

        class HubMixin:
            """Save to a folder; everything that needs the Hub raises HubError."""

            def __init_subclass__(cls, **card: Any) -> None:
                super().__init_subclass__()

            def save_pretrained(self, save_directory: str | Path) -> None:
                """Write the model to a folder."""
                Path(save_directory).mkdir(parents=True, exist_ok=True)
                self._save_pretrained(Path(save_directory))

            @classmethod
            def from_pretrained(cls, repo: str, **options: Any) -> Any:
                """Raise HubError."""
                raise HubError(f"{repo}: {MISSING}")

            def push_to_hub(self, repo_id: str, **options: Any) -> str:
                """Raise HubError."""
                raise HubError(f"{repo_id}: {MISSING}")


PREFIX = "hub:"  # of the address of a model on the Hub: hub:OWNER/NAME or hub:OWNER/NAME@REVISION
CONFIG, CARD = "config.json", "README.md"
WEIGHTS = ("model.safetensors", "translating.safetensors")  # the first that a repository has
MISSING = "the Hub needs huggingface_hub; install it by `pip install 'crossnet[hub]'`"


class HubError(ValueError):
    """A model that cannot be fetched from the Hub, or sent there; the message is one line."""


def parse(address: str) -> tuple[str, str | None]:
    """Return repository and revision of `hub:OWNER/NAME[@REVISION]`, or of the same without `hub:`."""
    repo, _, revision = address.removeprefix(PREFIX).partition("@")
    return repo, revision or None


def download(
    repo: str,
    revision: str | None = None,
    *,
    token: str | bool | None = None,
    cache_dir: str | Path | None = None,
    force_download: bool = False,
    local_files_only: bool = False,
    quiet: bool = False,
) -> Path:
    """Fetch a model's files into the cache of huggingface_hub, unless they are there, and return their folder.

    repo, revision: OWNER/NAME, and a branch, tag or commit; by default `main`.
    token: for private repositories; by default the one that `hf auth login` has saved.
    cache_dir, force_download, local_files_only: as those of `huggingface_hub.hf_hub_download`.
    quiet: report no retries.

    Raises HubError.
    """
    with hub_errors(repo):
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError

        if quiet:
            logging.getLogger("huggingface_hub").setLevel(logging.ERROR)

        def fetch(name: str, revision: str | None) -> Path:
            path = hf_hub_download(
                repo,
                name,
                revision=revision,
                token=token,
                cache_dir=cache_dir,
                force_download=force_download,
                local_files_only=local_files_only,
            )
            return Path(path)

        folder = fetch(CONFIG, revision).parent
        commit = folder.name  # so that all files are of one commit
        with suppress(EntryNotFoundError):
            fetch(CARD, commit)
        try:
            fetch(WEIGHTS[0], commit)
        except EntryNotFoundError:
            fetch(WEIGHTS[1], commit)
        return folder


@contextmanager
def hub_errors(repo: str) -> Iterator[None]:
    """Turn every error of the Hub and on the way to it into a HubError of one line that begins with the repository."""
    try:
        yield
    except HubError:
        raise
    except ModuleNotFoundError as error:
        if error.name != "huggingface_hub":
            raise
        raise HubError(f"{PREFIX}{repo}: {MISSING}") from None
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise HubError(f"{PREFIX}{repo}: {reason}") from error


def _reason(error: Exception) -> str | None:
    """Return what an error means for a user; None for one that has nothing to do with the Hub."""
    from huggingface_hub import errors

    known = (
        (errors.GatedRepoError, "its owner has to grant access; ask on its page, then `hf auth login`"),
        (errors.RepositoryNotFoundError, "no such repository, or a private one; `hf auth login` if it is yours"),
        (errors.RevisionNotFoundError, "no such revision"),
        (errors.LocalEntryNotFoundError, "the Hub cannot be reached, and the model is not in the cache"),
        (errors.OfflineModeIsEnabled, "HF_HUB_OFFLINE is set, and the model is not in the cache"),
        (errors.EntryNotFoundError, f"no model of this project: it lacks {CONFIG} or {WEIGHTS[0]}"),
        (errors.HFValidationError, "is no address of a model; wanted OWNER/NAME or OWNER/NAME@REVISION"),
    )
    for kind, reason in known:
        if isinstance(error, kind):
            return reason
    if isinstance(error, errors.HfHubHTTPError):
        return f"the Hub refuses: {one_line(error)}"
    if isinstance(error, OSError):
        return one_line(error_message(error))
    if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2"):
        return f"the Hub cannot be reached: {one_line(error)}"
    return None

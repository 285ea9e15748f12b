"""The experiments and commits of a repository, and their files: Git's own, and DVC's from its cache or a remote.

A file of an experiment may be anything: what is not a small tree of texts and finite numbers is a one-line error.
"""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crossnet.escaping import one_line

SHORT = 7  # characters of a hash that are shown
MAX_BYTES = 2**18  # of a file; dvc.lock has 15 kB
MAX_VALUES = 50_000  # of a file, aliases of YAML followed
MAX_DEPTH = 50
MAX_NUMBER = 1e18  # operations and bytes come near; sums of squares stay finite


class ExperimentError(RuntimeError):
    """An experiment that cannot be read; the message is one line: repository, revision or file, and the remedy."""


def queue_fault(root: Path) -> str | None:
    """Why DVC's queue and `--temp` fail or lose experiments in a clone, and the remedy, in one line; else None.

    DVC reports it late, or not at all.
    """
    place = root.resolve()
    if bad := next((character for character in "#?" if character in str(place)), None):
        return f"{place}: has {bad} in its path, and there DVC's queue and --temp fail; move the clone"
    command = ["git", "-C", str(place), "rev-parse", "--is-shallow-repository"]
    try:
        shallow = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    if shallow.strip() == "true":
        return (
            f"{place}: is a shallow clone, and there DVC loses the experiments of the queue and of --temp; "
            "`git fetch --unshallow` first"
        )
    return None


def experiments(root: Path) -> dict[str, str]:
    """The commits of all experiments, started from any commit, newest first, and last HEAD's; by name.

    Of several with one name the older ones have their hash after it. Raises ExperimentError.
    """
    from dvc.repo import Repo  # type: ignore[import-untyped]

    found: dict[str, str] = {}
    try:
        with Repo(str(root)) as repo:
            known = [pair for pairs in repo.experiments.ls(all_commits=True).values() for pair in pairs]
            known.sort(key=lambda pair: (-repo.scm.resolve_commit(pair[1]).commit_time, str(pair[0]), pair[1]))
            for name, commit in known:
                found[f"{name} ({commit[:SHORT]})" if name in found else str(name or commit[:SHORT])] = str(commit)
            found["HEAD"] = str(repo.scm.get_rev())
    except failures() as error:
        raise _unreadable(root, error) from None
    return found


def baselines(root: Path) -> dict[str, str]:
    """The commit that each experiment was started from, by the experiment's own commit. Raises ExperimentError."""
    from dvc.repo import Repo

    try:
        with Repo(str(root)) as repo:
            found = repo.experiments.ls(all_commits=True)
    except failures() as error:
        raise _unreadable(root, error) from None
    return {str(commit): str(baseline) for baseline, pairs in found.items() for _, commit in pairs}


def resolve(root: Path, revs: Sequence[str]) -> dict[str, str]:
    """The commits of experiments, branches, tags or hashes, by the given names. Raises ExperimentError.

    Of experiments with one name, that of HEAD is meant; where HEAD has none, the name is ambiguous.
    """
    from dvc.repo import Repo
    from dvc.repo.experiments.exceptions import AmbiguousExpRefInfo  # type: ignore[import-untyped]
    from dvc.repo.experiments.utils import exp_refs_by_names, resolve_name  # type: ignore[import-untyped]

    unknown: tuple[type[Exception], ...] = (*failures(), AttributeError)  # the last for a file: HEAD:params.yaml
    found: dict[str, str] = {}
    for rev in revs:
        try:
            with Repo(str(root)) as repo:
                named = [repo.scm.get_ref(str(ref))[:SHORT] for ref in exp_refs_by_names(repo.scm, {rev})[rev]]
                experiment = resolve_name(repo.scm, [rev]).get(rev)
                commit = repo.scm.resolve_rev(str(experiment or rev))
                found[rev] = str(repo.scm.resolve_commit(commit).hexsha)
        except AmbiguousExpRefInfo:
            raise ExperimentError(
                f"{rev}: ambiguous: {len(named)} experiments of other commits than HEAD have this name; "
                f"name one of them by its hash: {', '.join(sorted(named))}"
            ) from None
        except unknown:
            raise ExperimentError(
                f"{rev}: no such experiment or commit; `dvc exp list --all-commits` lists them"
            ) from None
    return found


def unfinished(root: Path) -> list[tuple[str, str, str]]:
    """Name, state (Queued, Running, Failed) and revision of each unfinished experiment of HEAD.

    Raises ExperimentError.
    """
    from dvc.api import exp_show  # type: ignore[import-untyped]

    try:
        found = exp_show(str(root))
    except failures() as error:
        raise ExperimentError(f"{root}: DVC cannot list its queue: {one_line(error)}; see `dvc queue status`") from None
    return [
        (str(each["Experiment"] or each["rev"]), each["State"], each["rev"])
        for each in found
        if each["State"] in ("Queued", "Running", "Failed")
    ]


def files(root: Path, commit: str | None) -> Any:
    """The DVCFileSystem of a commit, of the working tree for None: Git's files, and DVC's in its cache or a remote."""
    return _files(root.resolve(), commit)


def read_params(root: Path, commit: str | None) -> dict[str, Any]:
    """Read params.yaml of a commit, of the working tree for None. Raises ExperimentError."""
    readable: tuple[type[Exception], ...] = (ExperimentError, *failures())
    if commit is None and (root / "params.yaml").exists() and not (root / "params.yaml").is_file():
        raise ExperimentError(f"{root}: params.yaml: is no regular file")  # reading a pipe would never end
    try:
        values = load_yaml(files(root, commit), "params.yaml")
    except readable as error:
        raise ExperimentError(f"{commit or root}: {one_line(error)}") from None
    if values is None:
        raise ExperimentError(f"{commit or root}: params.yaml: no such file; run from the root of the repository")
    return values


def load_yaml(tree: Any, path: str) -> dict[str, Any] | None:
    """Read a YAML file with keys and values, None where there is no such file. Raises ExperimentError."""
    return _read(tree, path, YAML(typ="safe", pure=True).load)


def load_json(tree: Any, path: str) -> dict[str, Any] | None:
    """Read a JSON file with keys and values, None where there is no such file. Raises ExperimentError."""
    return _read(tree, path, json.loads)


def failures() -> tuple[type[Exception], ...]:
    """The exceptions of DVC for a file or revision that is missing or broken."""
    from dvc.exceptions import DvcException  # type: ignore[import-untyped]
    from dvc_data.index import DataIndexError
    from scmrepo.exceptions import SCMError

    return (OSError, ValueError, YAMLError, DvcException, DataIndexError, SCMError)


def _unreadable(root: Path, error: Exception) -> ExperimentError:
    return ExperimentError(f"{root}: {one_line(error)}; run from the root of the repository, with one commit")


@cache
def _files(root: Path, commit: str | None) -> Any:
    from dvc.api import DVCFileSystem
    from dvc.fs import GitFileSystem  # type: ignore[import-untyped]
    from dvc.repo import Repo
    from dvc.repo.open_repo import erepo_factory  # type: ignore[import-untyped]

    if commit is None:
        return DVCFileSystem(str(root))
    with Repo(str(root)) as repo:
        scm, cache = repo.scm, repo.cache.local_cache_dir
    top = Path(scm.root_dir).resolve()  # of Git's repository, which may have the project as one of its folders
    opened = erepo_factory(str(top), "/", {"cache": {"dir": cache}})
    place = f"/{root.relative_to(top).as_posix()}"
    return opened(place, fs=GitFileSystem(scm=scm, rev=commit), scm=scm).dvcfs


def _read(tree: Any, path: str, parse: Callable[[bytes], Any]) -> dict[str, Any] | None:
    try:
        with tree.open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except failures() as error:
        raise ExperimentError(f"{path}: {one_line(error)}") from None
    if len(content) > MAX_BYTES:
        raise ExperimentError(f"{path}: more than {MAX_BYTES} bytes")
    try:
        values = parse(content)
        _check(values)
    except RecursionError:
        raise ExperimentError(f"{path}: nested too deeply") from None
    except (YAMLError, ValueError) as error:
        raise ExperimentError(f"{path}: {one_line(error)}") from None
    if not isinstance(values, dict):
        raise ExperimentError(f"{path}: wanted keys and values, found {type(values).__name__}")
    return values


def _check(values: Any) -> None:
    """Raise ValueError for anything but a bounded tree of texts, finite numbers, true, false and null."""
    ahead: list[tuple[str, int, Any]] = [("", 0, values)]
    seen = 0
    while ahead:
        place, depth, value = ahead.pop()
        seen += 1
        if seen > MAX_VALUES or depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_VALUES} values, or nested more than {MAX_DEPTH} deep")
        if isinstance(value, Mapping):
            for key, each in value.items():
                if not isinstance(key, str):
                    raise ValueError(f"{place}{type(key).__name__} as a key; wanted a text")
                ahead.append((f"{place}{key}.", depth + 1, each))
        elif isinstance(value, list):
            ahead += [(place, depth + 1, each) for each in value]
        elif isinstance(value, int | float):
            if not abs(value) <= MAX_NUMBER:  # nor is NaN
                shown = f"{value}" if isinstance(value, float) else "too large"
                raise ValueError(f"{place.rstrip('.')} is {shown}; wanted a finite number of at most {MAX_NUMBER:g}")
        elif not isinstance(value, str | None):
            raise ValueError(f"{place.rstrip('.')}: found a {type(value).__name__}; wanted a text or a number")

"""Experiments and commits by name, and the files of each: those of Git, and DVC's from its cache or a remote."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from crossnet.analysis.documents import RunsError as RunsError
from crossnet.analysis.documents import failures as failures
from crossnet.analysis.documents import read_yaml
from crossnet.escaping import one_line

SHOWN = 7  # characters of a commit's hash


def files(root: Path, commit: str | None) -> Any:
    """A DVCFileSystem of that commit: what Git has, and what DVC has in its cache or at a remote. None: as it lies."""
    return _files(root.resolve(), commit)


def read_params(root: Path, commit: str | None) -> dict[str, Any]:
    """params.yaml of a commit, as it lies where that is None. Raises RunsError."""
    readable: tuple[type[Exception], ...] = (RunsError, *failures())
    if commit is None and (root / "params.yaml").exists() and not (root / "params.yaml").is_file():
        raise RunsError(f"{root}: params.yaml: is no regular file")  # of a pipe nothing ever comes
    try:
        values = read_yaml(files(root, commit), "params.yaml")
    except readable as error:
        raise RunsError(f"{commit or root}: {one_line(error)}") from None
    if values is None:
        raise RunsError(f"{commit or root}: params.yaml: no such file; run from the root of the repository")
    return values


def revisions(root: Path) -> dict[str, str]:
    """The commits of all experiments, of whichever commit they come from, newest first, then HEAD's, by name.

    Of those with one name, which come from different commits, the older have their hash with it. Raises RunsError.
    """
    from dvc.repo import Repo  # type: ignore[import-untyped]

    try:
        with Repo(str(root)) as repo:
            known = [pair for pairs in repo.experiments.ls(all_commits=True).values() for pair in pairs]
            known.sort(key=lambda pair: (-repo.scm.resolve_commit(pair[1]).commit_time, str(pair[0]), pair[1]))
            found: dict[str, str] = {}
            for name, commit in known:
                short = commit[:SHOWN]
                found[f"{name} ({short})" if name in found else str(name or short)] = str(commit)
            found["HEAD"] = str(repo.scm.get_rev())
    except failures() as error:
        raise RunsError(f"{root}: {one_line(error)}; run from the root of the repository, with one commit") from None
    return found


def baselines(root: Path) -> dict[str, str]:
    """The commit that each experiment was started from, by the experiment's own commit. Raises RunsError."""
    from dvc.repo import Repo

    try:
        with Repo(str(root)) as repo:
            found = repo.experiments.ls(all_commits=True)
    except failures() as error:
        raise RunsError(f"{root}: {one_line(error)}; run from the root of the repository, with one commit") from None
    return {str(commit): str(baseline) for baseline, pairs in found.items() for _, commit in pairs}


def resolve(root: Path, revs: Sequence[str]) -> dict[str, str]:
    """The commits of experiments, branches, tags or hashes that were asked for, by name. Raises RunsError.

    Of experiments with one name, the one that comes from HEAD is meant; where none does, it is ambiguous.
    """
    from dvc.repo import Repo
    from dvc.repo.experiments.exceptions import AmbiguousExpRefInfo  # type: ignore[import-untyped]
    from dvc.repo.experiments.utils import exp_refs_by_names, resolve_name  # type: ignore[import-untyped]

    found: dict[str, str] = {}
    for rev in revs:
        try:
            with Repo(str(root)) as repo:
                named = [repo.scm.get_ref(str(ref))[:SHOWN] for ref in exp_refs_by_names(repo.scm, {rev})[rev]]
                experiment = resolve_name(repo.scm, [rev]).get(rev)
                found[rev] = str(repo.scm.resolve_rev(str(experiment or rev)))
        except AmbiguousExpRefInfo:
            raise RunsError(
                f"{rev}: ambiguous: {len(named)} experiments of other commits than HEAD have this name; "
                f"name one of them by its hash: {', '.join(sorted(named))}"
            ) from None
        except failures():
            raise RunsError(f"{rev}: no such experiment or commit; `dvc exp list --all-commits` lists them") from None
    return found


def unfinished(root: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, state (Queued, Running, Failed) and parameters of each experiment on HEAD that is not finished.

    Raises RunsError.
    """
    from dvc.api import exp_show  # type: ignore[import-untyped]

    try:
        rows = exp_show(str(root))
    except failures() as error:
        raise RunsError(f"{root}: DVC cannot list its queue: {one_line(error)}; see `dvc queue status`") from None
    for row in rows:
        if row["State"] in ("Queued", "Running", "Failed"):
            yield str(row["Experiment"] or row["rev"]), row["State"], read_params(root, row["rev"])


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

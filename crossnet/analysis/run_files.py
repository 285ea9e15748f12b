"""What dvc.lock and params.yaml of an experiment have to hold, as models: the rest can rely on it."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crossnet.analysis.documents import RunsError
from crossnet.escaping import one_line

M = TypeVar("M", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class Entry(_Part):
    """A dependency or an out of a stage in dvc.lock; md5 is "" where DVC knows it by something else."""

    path: str
    md5: str = ""


class Stage(_Part):
    """A stage of dvc.lock; params: file -> dotted key -> value."""

    deps: list[Entry] = []
    outs: list[Entry] = []
    params: dict[str, dict[str, Any]] = {}


class Lock(_Part):
    """dvc.lock."""

    stages: dict[str, Stage]


class Claims(_Part):
    """The block `claims` of params.yaml."""

    margins: dict[str, float] = {}


class Choices(_Part):
    """What of params.yaml says which run it is; of any age, so that other keys are not looked at."""

    task: str
    method: str
    scale: str
    seed: int = Field(ge=0)
    claims: Claims = Claims()


def checked(kind: type[M], values: Any, path: str) -> M:
    """The values as a model. Raises RunsError that names the file and the key."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RunsError(one_line(f"{path}: {place}: {first['msg']}")) from None

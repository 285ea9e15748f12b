"""The tasks of params.yaml: each has the options of a data set, which its key `source` names."""

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from crossnet.data.base import Dataset, datasets

if TYPE_CHECKING:
    Task = Dataset
else:
    Task = Annotated[Union[tuple(datasets().values())], Field(discriminator="source")]  # noqa: UP007

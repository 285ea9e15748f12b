"""A trained model's config.json, checked by the types and bounds of params.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from crossnet.params import ImagePool, Networks
from crossnet.params.methods import declared, weights_block
from crossnet.params.reading import ParamsError, describe, read_bytes
from crossnet.params.renamed import with_new_keys
from crossnet.schema import Block

# what the networks of a model are that was saved before these keys were there
EARLIER = {"discriminator_layers": 3, "norm": "instance", "shared_init": False}


def _known(method: str) -> str:
    if method not in declared():
        raise ValueError(f"{method!r} is none of {', '.join(declared())}")
    return method


class ModelConfig(Block):
    """What a method's constructor takes; other keys describe the model and are kept as they are."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    method: Annotated[str, AfterValidator(_known)]
    networks: Networks
    weights: dict[str, Any]
    image_pool: ImagePool

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, values: Any) -> Any:
        """Rename old keys, and add those that came after a model was saved; a later loss had a weight of zero."""
        values = with_new_keys(values)
        if not isinstance(values, Mapping):
            return values
        method = declared().get(str(values.get("method")))
        later = {"networks": EARLIER, "weights": dict.fromkeys(method.losses, 0) | method.defaults if method else {}}
        return {
            key: {**later.get(key, {}), **value} if isinstance(value, Mapping) else value
            for key, value in values.items()
        }

    @field_validator("weights")
    @classmethod
    def _are_of_the_method(cls, values: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """The weights and options that the method declares, and no other."""
        method = info.data.get("method")
        checked: dict[str, Any] = weights_block(method).model_validate(values).model_dump() if method else values
        return checked


def read_config(path: Path) -> dict[str, Any]:
    """The content of config.json. Raises ParamsError, one line long, and OSError for what is no small regular file."""
    try:
        return ModelConfig.model_validate_json(read_bytes(path)).model_dump()
    except ValidationError as error:
        raise ParamsError(f"{path.name}: {describe(error.errors())}") from error

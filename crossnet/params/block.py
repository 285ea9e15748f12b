"""What every block of params.yaml is: frozen and strict, with ranges that are said once."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class Block(BaseModel):
    """Every key has to be there, no other may be, and a value has its type without being converted."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

"""The base of every spec in the catalogue."""

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """Frozen, and refuses keys that it does not know: a misspelt key is an error, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

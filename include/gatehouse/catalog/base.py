"""The base of every spec in the catalogue."""

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """Frozen, and refuses keys that it does not know: a misspelt key is an error, not a default.

    A class is made ready when the first file of its kind is read, so that nobody waits for other kinds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

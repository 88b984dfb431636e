"""The base of every part of the report."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Frozen, and refuses what it does not know. Fractions are in 0..1, times carry their zone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

"""A program: a SKU on its way through the phases."""

from datetime import date

from pydantic import Field, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.model.status import Phase


class ProgramPhase(Spec):
    """What a phase of this program asks: its plan, its exit criteria, the build that it expects, its planned exit."""

    plan: str
    criteria: str
    policy: str = "default"
    planned_units: int = Field(gt=0)
    planned_exit: date | None = None


class Program(Spec):
    """A SKU on its way through the phases. ``owner`` answers for it; ``sites`` name where its units stand."""

    title: str
    sku: str
    owner: str
    sites: tuple[str, ...] = Field(min_length=1)
    phases: dict[Phase, ProgramPhase]

    @model_validator(mode="after")
    def _in_order(self) -> "Program":
        expected = list(Phase)[: len(self.phases)]
        if list(self.phases) != expected:
            raise ValueError(f"phases must be the first of EVT, DVT, PVT, RAMP in that order, not {list(self.phases)}")
        return self

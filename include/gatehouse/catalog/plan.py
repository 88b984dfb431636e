"""A plan: what is asked of every unit in a phase."""

from pydantic import Field

from gatehouse.catalog.base import Spec
from gatehouse.model.status import Phase


class PlannedDiagnostic(Spec):
    """One diagnostic of a plan. ``params`` are its numbers; what is not ``mandatory`` never stands in a gate's way."""

    diagnostic: str
    params: dict[str, float] = Field(default_factory=dict)
    mandatory: bool = True


class Plan(Spec):
    """What is asked of every unit, in this order, over one connection."""

    title: str
    phase: Phase | None = None
    why: str = ""
    diagnostics: tuple[PlannedDiagnostic, ...] = Field(min_length=1)

    @property
    def mandatory(self) -> tuple[str, ...]:
        """Ids of the diagnostics that every unit must have."""
        return tuple(d.diagnostic for d in self.diagnostics if d.mandatory)

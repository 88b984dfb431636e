"""A program: a SKU on its way through the phases."""

from datetime import date
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.criteria import BaselineItem, Criterion
from gatehouse.model.status import Phase

Why = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Override(Spec):
    """Other numbers for one criterion of the set, and why. Keys are the criterion's own; ``id`` and ``kind`` stay."""

    model_config = ConfigDict(extra="allow", frozen=True)
    why: Why

    @property
    def fields(self) -> dict[str, Any]:
        """What is overridden."""
        return dict(self.model_extra or {})

    @model_validator(mode="after")
    def _says_something(self) -> "Override":
        if not self.fields:
            raise ValueError("overrides nothing: say a number of the criterion")
        if kept := sorted({"id", "kind", "note"} & self.fields.keys()):
            raise ValueError(f"{', '.join(kept)} cannot be overridden: drop the criterion and add another")
        return self


class ProgramPhase(Spec):
    """What a phase of this program asks: its plan, its exit criteria, the build that it expects, its planned exit.

    ``overrides`` change numbers of criteria of the set, by their id; ``drop`` leaves criteria out, with the reason;
    ``add`` are more criteria, each with its source.
    """

    plan: str
    criteria: str
    policy: str = "default"
    planned_units: int = Field(gt=0)
    planned_exit: date | None = None
    overrides: dict[str, Override] = Field(default_factory=dict)
    drop: dict[str, Why] = Field(default_factory=dict)
    add: tuple[Criterion, ...] = ()


class Program(Spec):
    """A SKU on its way through the phases. ``owner`` answers for it; ``sites`` name where its units stand.

    ``baseline`` says which revisions of firmware and parts each phase demands, for criteria of kind ``maturity``;
    ``requirements`` name the requirements documents that the server must keep, for criteria of kind ``requirements``.
    """

    title: str
    sku: str
    owner: str
    sites: tuple[str, ...] = Field(min_length=1)
    phases: dict[Phase, ProgramPhase]
    baseline: tuple[BaselineItem, ...] = ()
    requirements: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Program":
        expected = list(Phase)[: len(self.phases)]
        if list(self.phases) != expected:
            raise ValueError(f"phases must be the first of EVT, DVT, PVT, RAMP in that order, not {list(self.phases)}")
        return self

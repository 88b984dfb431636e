"""A program: a SKU on its way through the phases, with the days that were planned for each."""

from datetime import date
from itertools import pairwise
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


class Replan(Spec):
    """A plan that was given up on the day ``on``: which days stood until then, who changed them, and why."""

    on: date
    who: Why
    reason: Why
    was_entry: date | None = None
    was_exit: date | None = None

    @model_validator(mode="after")
    def _was_something(self) -> "Replan":
        if self.was_entry is None and self.was_exit is None:
            raise ValueError("say what was planned before: was_entry, was_exit or both")
        if self.was_entry and self.was_exit and self.was_exit < self.was_entry:
            raise ValueError(f"was_exit {self.was_exit} is before was_entry {self.was_entry}")
        return self


class ProgramPhase(Spec):
    """What a phase of this program asks: its plan, its exit criteria, the build that it expects, and its days.

    ``planned_entry`` and ``planned_exit`` are the plan that holds now; what they replaced stands in ``replans``.
    ``overrides`` change numbers of criteria of the set, by their id; ``drop`` leaves criteria out, with the reason;
    ``add`` are more criteria, each with its source.
    """

    plan: str
    criteria: str
    policy: str = "default"
    entry: str | None = None
    planned_units: int | None = Field(default=None, gt=0)
    planned_entry: date | None = None
    planned_exit: date | None = None
    replans: tuple[Replan, ...] = ()
    overrides: dict[str, Override] = Field(default_factory=dict)
    drop: dict[str, Why] = Field(default_factory=dict)
    add: tuple[Criterion, ...] = ()

    @property
    def baseline_entry(self) -> date | None:
        """The day of entry that was planned first."""
        return next((r.was_entry for r in self.replans if r.was_entry), self.planned_entry)

    @property
    def baseline_exit(self) -> date | None:
        """The day of exit that was planned first."""
        return next((r.was_exit for r in self.replans if r.was_exit), self.planned_exit)

    @model_validator(mode="after")
    def _history(self) -> "ProgramPhase":
        for one, other in pairwise(self.replans):
            if other.on < one.on:
                raise ValueError(f"replans stand oldest first; {other.on} comes after {one.on}")
        for was, now in ("was_entry", "planned_entry"), ("was_exit", "planned_exit"):
            if getattr(self, now) is None and any(getattr(replan, was) for replan in self.replans):
                raise ValueError(f"a re-plan replaced {was} but there is no {now}")
        return self


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
            names = ", ".join(Phase)
            raise ValueError(f"phases must be the first of {names} in that order, not {list(self.phases)}")
        unsized = [phase for phase, asked in self.phases.items() if not asked.planned_units and phase is not Phase.EOL]
        if unsized:
            raise ValueError(f"{unsized[0]}: say planned_units; only EOL, which is about every unit, goes without")
        return self

    @model_validator(mode="after")
    def _days_in_order(self) -> "Program":
        days = [
            (f"{phase} {what}", day)
            for phase, asked in self.phases.items()
            for what, day in (("planned_entry", asked.planned_entry), ("planned_exit", asked.planned_exit))
            if day
        ]
        for (earlier, one), (later, other) in pairwise(days):
            if other < one:
                raise ValueError(f"{later} {other} is before {earlier} {one}")
        return self

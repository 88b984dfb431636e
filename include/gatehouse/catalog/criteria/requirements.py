"""What the machine must be able to do, and which diagnostics show it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.criteria.base import CriterionSpec, Id, Share, Text
from gatehouse.model.status import Phase


class Requirement(Spec):
    """A requirement and the diagnostics that verify it, all of them together.

    ``due`` is the first phase that must show it. ``readings`` name what the diagnostics are held to: the SKU must have
    a limit on each, else nothing could fail. Without ``verified_by`` nothing verifies it: a hole that gates show.
    """

    id: Id
    text: Text
    source: Text
    due: Phase = Phase.DVT
    verified_by: tuple[Text, ...] = ()
    readings: tuple[Text, ...] = ()


class RequirementSet(Spec):
    """A requirements document: one file, named by the programs that must keep it."""

    title: Text
    requirements: tuple[Requirement, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids(self) -> Self:
        ids = [each.id for each in self.requirements]
        if twins := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"two requirements are called {', '.join(twins)}")
        return self


class Requirements(CriterionSpec):
    """That share of the program's requirements is verified: every diagnostic of each passes on every unit.

    ``requirements`` are those of the program, and ``planned`` what its plan asks, optional diagnostics included: both
    are filled in when the set becomes the program's.
    """

    kind: Literal["requirements"]
    at_least: Share = 1.0
    requirements: tuple[Requirement, ...] = ()
    planned: tuple[str, ...] = ()

    def due(self, phase: Phase) -> tuple[Requirement, ...]:
        """The requirements that a phase must show."""
        order = list(Phase)
        return tuple(each for each in self.requirements if order.index(each.due) <= order.index(phase))

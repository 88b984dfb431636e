"""Entry conditions: what should be there before a phase opens. One YAML file holds the set of one phase.

A condition that ``holds`` keeps the phase shut until it is met or a person enters without it; any other is a warning.
Either way, a phase that opens with a condition open has been entered on conditions, and that is kept.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.criteria.base import Count, Id, Text
from gatehouse.model.status import Phase


class ConditionSpec(Spec):
    """What every entry condition says."""

    id: Id
    title: Text
    source: Text
    holds: bool = True


class Document(ConditionSpec):
    """A person vouches that a document exists, and links to it."""

    kind: Literal["document"]


class BuildReady(ConditionSpec):
    """So many units of the phase's build stand in the inventory; as many as are planned where no number is said."""

    kind: Literal["build_ready"]
    at_least: Count | None = None


class PhaseExited(ConditionSpec):
    """An earlier phase has exited; ``clean``: with nothing waived."""

    kind: Literal["phase_exited"]
    phase: Phase
    clean: bool = False


class SuccessorRamping(ConditionSpec):
    """The program that takes this one's place has opened its ramp."""

    kind: Literal["successor_ramping"]


Condition = Annotated[Document | BuildReady | PhaseExited | SuccessorRamping, Field(discriminator="kind")]


class EntrySet(Spec):
    """The entry conditions of a phase."""

    title: Text
    phase: Phase
    conditions: tuple[Condition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        ids = [condition.id for condition in self.conditions]
        if twins := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"two conditions are called {', '.join(twins)}")
        order = list(Phase)
        for condition in self.conditions:
            if isinstance(condition, PhaseExited) and order.index(condition.phase) >= order.index(self.phase):
                raise ValueError(f"{condition.id}: {condition.phase} is not before {self.phase}: nothing could enter")
            if isinstance(condition, SuccessorRamping) and self.phase is not Phase.EOL:
                raise ValueError(f"{condition.id}: only a phase-out (EOL) names a successor")
        return self

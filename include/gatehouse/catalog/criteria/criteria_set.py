"""The exit criteria of a phase, as one file."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.criteria.amounts import Coverage, Sites, SitesQualified, UnitsTested
from gatehouse.catalog.criteria.base import Text
from gatehouse.catalog.criteria.condition import DataQuality, Fresh, NoOpenIssues, SoakDays
from gatehouse.catalog.criteria.maturity import Maturity
from gatehouse.catalog.criteria.performance import Gauge, Performance
from gatehouse.catalog.criteria.phase_out import OF_PHASE_OUT, Attested, Dispositioned, ReservationsZero, WorkloadsMoved
from gatehouse.catalog.criteria.reliability import Mtbf, SdcRate
from gatehouse.catalog.criteria.requirements import Requirements
from gatehouse.catalog.criteria.sign_offs import SignOffs
from gatehouse.catalog.criteria.yields import FinalYield, FirstPassYield, SuccessRun
from gatehouse.model.evidence import WantedReadings
from gatehouse.model.status import Phase

SIGN_OFF = "sign_off"  # every gate asks it by itself: does a rejection of this very evidence stand?
EARLIER = "earlier_phases"  # so does it ask this: do the phases before stand that exited on conditions?

Criterion = Annotated[
    UnitsTested
    | Coverage
    | FirstPassYield
    | FinalYield
    | SuccessRun
    | NoOpenIssues
    | DataQuality
    | Fresh
    | Performance
    | Gauge
    | Mtbf
    | SdcRate
    | Maturity
    | Requirements
    | Sites
    | SitesQualified
    | SoakDays
    | SignOffs
    | WorkloadsMoved
    | ReservationsZero
    | Dispositioned
    | Attested,
    Field(discriminator="kind"),
]


class CriteriaSet(Spec):
    """The exit criteria of a phase. ``notes`` say what a program changed in the set, one line each."""

    title: Text
    phase: Phase
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> WantedReadings:
        """The readings that any of these criteria looks at one by one."""
        asked = [criterion.wanted for criterion in self.criteria]
        return WantedReadings(
            values=frozenset().union(*(one.values for one in asked)),
            history=frozenset().union(*(one.history for one in asked)),
            words=frozenset().union(*(one.words for one in asked)),
            durations=frozenset().union(*(one.durations for one in asked)),
        )

    @model_validator(mode="after")
    def _ids(self) -> Self:
        ids = [criterion.id for criterion in self.criteria]
        twins = sorted({i for i in ids if ids.count(i) > 1})
        if twins:
            raise ValueError(f"two criteria are called {', '.join(twins)}")
        for asked in {SIGN_OFF, EARLIER}.intersection(ids):
            raise ValueError(f"{asked!r} is asked by every gate itself; call the criterion otherwise")
        return self

    @model_validator(mode="after")
    def _gauged(self) -> Self:
        gauged = {criterion.reading for criterion in self.criteria if isinstance(criterion, Gauge)}
        for criterion in self.criteria:
            if isinstance(criterion, Performance) and criterion.needs_gauge and criterion.reading not in gauged:
                raise ValueError(f"{criterion.id} needs a gauge study: no gauge criterion looks at {criterion.reading}")
        return self

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        early = [c.id for c in self.criteria if isinstance(c, OF_PHASE_OUT) and self.phase is not Phase.EOL]
        if early:
            raise ValueError(f"{', '.join(early)}: only EOL can meet it, not {self.phase}")
        return self

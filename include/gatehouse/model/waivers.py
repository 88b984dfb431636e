"""Waivers: what people may decide to live without, who signs for it, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gatehouse.model.status import Phase


class WaiverRole(StrEnum):
    """In which role a person signs a waiver. It needs engineering, and one of the other two."""

    ENGINEERING = "engineering"
    QUALITY = "quality"
    OPERATIONS = "operations"


class StepKind(StrEnum):
    """What happened to a waiver."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    NAMED = "named as approver"  # in a version that asked for no role: it counts for nothing
    WARNED = "told that it expires soon"
    TOLD = "told that it has expired"


class WaiverState(StrEnum):
    """Where a waiver stands; only one that is in force can cover anything."""

    WAITING = "waits for sign-off"
    IN_FORCE = "in force"
    EXPIRED = "expired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's signature under a waiver."""

    who: str
    role: WaiverRole


@dataclass(frozen=True, slots=True)
class WaiverStep:
    """One line of a waiver's history: what, by whom, in which role (if any), why, and when."""

    kind: StepKind
    who: str
    role: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """What somebody asks to live without, and until when. No ``units`` and no ``sites``: the whole build.

    ``containment`` is what keeps the risk small meanwhile; ``retest`` the condition under which it is measured again.
    """

    program: str
    phase: Phase
    criterion: str
    owner: str
    requested_by: str
    reason: str
    containment: str
    retest: str
    expires_at: datetime
    units: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A criterion that people decided to live without, until ``expires_at``, as a gate sees it.

    It covers ``units`` and all units of the build that stand at ``sites``; where both are empty, the whole build.
    ``ended`` is the rejection or the withdrawal of one that is over before its time.
    """

    id: int
    criterion: str
    owner: str
    reason: str
    containment: str
    approved_by: tuple[Approval, ...]
    expires_at: datetime
    units: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    retest: str = ""
    requested_by: str = ""
    ended: WaiverStep | None = None

    @property
    def for_all(self) -> bool:
        """Whether it is for the whole build."""
        return not self.units and not self.sites


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """A waiver with where it belongs and all that happened to it, oldest first."""

    program: str
    phase: Phase
    waiver: Waiver
    history: tuple[WaiverStep, ...]

"""Who may ask for which waiver until when, and whose signatures it needs. Every refusal says what would allow it.

A waiver needs two people: one for engineering, one for quality or operations, and one of the two must neither own nor
have requested it. It ends no later than the next gate. A blocker is never waived. (docs/adr/0016)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.program import Program
from gatehouse.catalog.values import one_line
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.wording import listed
from gatehouse.model.status import Phase, Severity
from gatehouse.model.waivers import Approval, StepKind, Waiver, WaiverRequest, WaiverRole, WaiverState

LONGEST_DAYS = 90  # where no date of the next gate is known; as long as the shipped criteria call evidence fresh
SECOND = (WaiverRole.QUALITY, WaiverRole.OPERATIONS)
# Criteria that would be met, were it not for the units in the way.
UNIT_BY_UNIT = (spec.Coverage, spec.NoOpenIssues, spec.DataQuality, spec.Fresh, spec.Dispositioned)
_WORDS = ("owner", "requested_by", "reason", "containment", "retest")


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day on which a waiver may end, and why that one."""

    day: date
    why: str


def last_day(program: Program, phase: Phase, now: datetime) -> LastDay:
    """No later than the planned date of the next phase's gate; 90 days from now where none is planned."""
    later = next((p for p in program.phases if p.before is phase), None)
    planned = program.phases[later].planned_exit if later else None
    if later and planned:
        why = f"the {later} gate is planned for {planned:%Y-%m-%d}"
        if planned < now.date():
            why += ", which has passed: set a new planned_exit in the program's YAML first"
        return LastDay(planned, why)
    known = f"the {later} gate has no planned date" if later else f"no gate follows {phase}"
    return LastDay((now + timedelta(days=LONGEST_DAYS)).date(), f"{known}, so {LONGEST_DAYS} days at most")


def unfit(request: WaiverRequest, criterion: spec.Criterion, index: EvidenceIndex, last: LastDay) -> list[str]:
    """Why a request is refused, each reason with what would allow it; empty where it may be filed."""
    return [
        *(f"{name.replace('_', ' ')} is empty: say it" for name in _WORDS if not getattr(request, name).strip()),
        *_expiry(request.expires_at, index.evidence.now, last),
        *_scope(request, criterion, index),
        *filter(None, [blockers(request, criterion, index)]),
    ]


def _expiry(expires_at: datetime, now: datetime, last: LastDay) -> Iterable[str]:
    if expires_at <= now:
        yield f"it would end on {expires_at:%Y-%m-%d}, which has passed: choose a later day"
    if expires_at.astimezone(UTC).date() > last.day:
        yield f"it may end on {last.day:%Y-%m-%d} at the latest ({last.why}): choose an earlier day"


def _scope(request: WaiverRequest, criterion: spec.Criterion, index: EvidenceIndex) -> Iterable[str]:
    strangers = sorted(set(request.units) - set(index.units))
    if strangers:
        yield f"not of this build: {listed(strangers)}; a waiver is for units of the build, or for all of them"
    empty = sorted(set(request.sites) - set(index.evidence.site_of.values()))
    if empty:
        here = listed(sorted(set(index.evidence.site_of.values()))) or "none"
        yield f"no unit of this build stands at {listed(empty)}; its sites: {here}"
    if (request.units or request.sites) and not isinstance(criterion, UNIT_BY_UNIT):
        yield f"{criterion.id} is asked of the whole build, some units alone cannot lift it: leave units and sites out"


def blockers(asked: Waiver | WaiverRequest, criterion: spec.Criterion, index: EvidenceIndex) -> str:
    """Which blockers stand against a waiver; empty where none does."""
    if criterion.severity is Severity.BLOCKER:
        return f"{criterion.id} is a blocker and cannot be waived: meet it"
    blocked = sorted(index.blocked_units & scope_of(asked, index))
    if not blocked:
        return ""
    return f"an open blocker cannot be waived: {listed(blocked)}; repair and retest, or ask for other units by name"


def scope_of(asked: Waiver | WaiverRequest, index: EvidenceIndex) -> frozenset[str]:
    """The units of the build that a waiver is for: those by name, those of its sites, or all of them."""
    if not asked.units and not asked.sites:
        return frozenset(index.units)
    site_of = index.evidence.site_of
    named = set(asked.units)
    return frozenset(unit for unit in index.units if unit in named or site_of.get(unit) in asked.sites)


def state_of(waiver: Waiver, now: datetime) -> WaiverState:
    """Where a waiver stands at a moment."""
    if waiver.ended:
        return WaiverState.REJECTED if waiver.ended.kind is StepKind.REJECTED else WaiverState.WITHDRAWN
    if waiver.expires_at <= now:
        return WaiverState.EXPIRED
    return WaiverState.WAITING if lacking(waiver) else WaiverState.IN_FORCE


def lacking(waiver: Waiver) -> str:
    """Whose sign-off a waiver still lacks; empty where it has both."""
    signed = [a for a in waiver.approved_by if a.who.strip()]
    first = [a for a in signed if a.role is WaiverRole.ENGINEERING]
    second = [a for a in signed if a.role in SECOND]
    missing = ["engineering"] * (not first) + ["quality or operations"] * (not second)
    if missing:
        return f"a sign-off by {' and one by '.join(missing)}"
    pairs = [(one, other) for one, other in product(first, second) if not same_person(one.who, other.who)]
    if not pairs:
        return "a sign-off by a second person"
    if not any(_independent(waiver, pair) for pair in pairs):
        return "a sign-off by somebody who neither owns nor requested it"
    return ""


def cannot_sign(waiver: Waiver, approval: Approval, now: datetime) -> str:
    """Why this person cannot sign in this role now, and who or what could; empty where they may."""
    state, who = state_of(waiver, now), one_line(approval.who)
    if state is WaiverState.IN_FORCE:
        return "it has both sign-offs: nothing more is needed"
    if state is not WaiverState.WAITING:
        return f"it is {state}: request a new one"
    if not who:
        return "nobody signs without a name: say who"
    for signed in waiver.approved_by:
        if same_person(signed.who, who):
            return f"{who} has signed it already as {signed.role}: it needs {lacking(waiver)}, of another person"
        if _concerned(waiver, who) and _concerned(waiver, signed.who):
            return f"{who} and {one_line(signed.who)} both own or requested it: somebody else must sign"
    if _seat(approval.role) in {_seat(signed.role) for signed in waiver.approved_by}:
        return f"{_seat(approval.role)} has signed already: it needs {lacking(waiver)}"
    return ""


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, but for case and spaces around."""
    return one.strip().casefold() == other.strip().casefold()


def _seat(role: WaiverRole) -> str:
    return "engineering" if role is WaiverRole.ENGINEERING else "quality or operations"


def _concerned(waiver: Waiver, who: str) -> bool:
    return same_person(who, waiver.owner) or same_person(who, waiver.requested_by)


def _independent(waiver: Waiver, pair: Sequence[Approval]) -> bool:
    return not all(_concerned(waiver, approval.who) for approval in pair)

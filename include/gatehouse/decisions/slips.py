"""What a slip went on, by the gate's kept answers.

First what the phase inherited: a phase that was entered late exits late. Each moment of the rest is charged to one
thing: while the gate was open, to the sign-off; while it was not, to that of the criteria in its way which went on
holding it for longest, since the others would have changed nothing. Whole days are then shared out so that they add up.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from gatehouse.model.calendar import Look, Share, SlipCause

SIGN_OFF, FIRST_LOOK, LATE_ENTRY = "waiting for sign-off", "no gate answer kept", "late entry"
_DAY = timedelta(days=1)
_Charge = tuple[str, str]  # what, and the criterion's id, empty where it is none
_Stretch = tuple[datetime, datetime, Look | None]
_CAUSES = {SIGN_OFF: SlipCause.DECISION_LATE, LATE_ENTRY: SlipCause.LATE_ENTRY}
# What a criterion of that kind usually waits for; a person says what it really was.
_BY_KIND = {
    "units_tested": SlipCause.SUPPLIER_PARTS,
    "coverage": SlipCause.TEST_CAPACITY,
    "fresh": SlipCause.TEST_CAPACITY,
    "sites": SlipCause.TEST_CAPACITY,
    "sites_qualified": SlipCause.TEST_CAPACITY,
    "gauge": SlipCause.TEST_CAPACITY,
    "sdc_rate": SlipCause.TEST_CAPACITY,
    "requirements": SlipCause.TEST_CAPACITY,
    "maturity": SlipCause.FIRMWARE,
    "first_pass_yield": SlipCause.FAILURES_FOUND,
    "final_yield": SlipCause.FAILURES_FOUND,
    "success_run": SlipCause.FAILURES_FOUND,
    "no_open_issues": SlipCause.FAILURES_FOUND,
    "mtbf": SlipCause.FAILURES_FOUND,
    "performance": SlipCause.FAILURES_FOUND,
    "data_quality": SlipCause.DATA_QUALITY,
    "soak_days": SlipCause.PLAN_TOO_SHORT,
    "workloads_moved": SlipCause.WORKLOADS_NOT_MOVED,
    "reservations_zero": SlipCause.WORKLOADS_NOT_MOVED,
    "dispositioned": SlipCause.LOGISTICS,
    "attested": SlipCause.DECISION_LATE,
    "sign_off": SlipCause.DECISION_LATE,
    "sign_offs": SlipCause.DECISION_LATE,
}


def slip_shares(
    looks: Iterable[Look], planned_exit: date, end: datetime, inherited_days: int, kind_of: Callable[[str], str]
) -> tuple[Share, ...]:
    """What the days from the planned exit to ``end`` went on, the most first; they add up to the slip.

    ``end`` is the exit, or now while there was none; ``kind_of`` says what kind a criterion is of.
    """
    slip = (end.astimezone(UTC).date() - planned_exit).days
    if slip <= 0:
        return ()
    late = min(max(inherited_days, 0), slip)
    begin = datetime.combine(planned_exit, time(), UTC) + (1 + late) * _DAY
    charged = _charged(sorted(looks, key=lambda look: (look.at, not look.open, look.blocking)), begin, end)
    shares = [Share(late, LATE_ENTRY, "", SlipCause.LATE_ENTRY)] if late else []
    for (what, criterion), days in _whole_days(charged, slip - late).items():
        cause = _BY_KIND.get(kind_of(criterion), SlipCause.OTHER) if criterion else _CAUSES.get(what, SlipCause.OTHER)
        shares.append(Share(days, what, criterion, cause))
    return tuple(sorted(shares, key=lambda s: (-s.days, s.what)))


def in_words(shares: Sequence[Share]) -> str:
    """``9 on Final yield, 3 waiting for sign-off``"""
    return ", ".join(f"{s.days} on {s.what}" if s.criterion else f"{s.days} {_plain(s.what)}" for s in shares)


def _plain(what: str) -> str:
    return {LATE_ENTRY: "by its late entry", FIRST_LOOK: "without a gate answer"}.get(what, what)


def _charged(looks: Sequence[Look], begin: datetime, end: datetime) -> dict[_Charge, float]:
    """Seconds between ``begin`` and ``end`` by what held the gate."""
    stretches = _stretches(looks, end)
    charged: dict[_Charge, float] = {}
    for index, (start, stop, look) in enumerate(stretches):
        seconds = (min(stop, end) - max(start, begin)).total_seconds()
        if seconds > 0:
            charge = _charge(look, stretches[index:])
            charged[charge] = charged.get(charge, 0.0) + seconds
    return charged


def _stretches(looks: Sequence[Look], end: datetime) -> list[_Stretch]:
    """The times between the looks, each with the answer that held; before the first there was none."""
    seen = [look for look in looks if look.at < end]
    moments = [datetime.min.replace(tzinfo=UTC), *(look.at for look in seen), end]
    return [(start, stop, look) for (start, stop), look in zip(pairwise(moments), [None, *seen], strict=True)]


def _charge(look: Look | None, onward: Sequence[_Stretch]) -> _Charge:
    if look is None:
        return FIRST_LOOK, ""
    if look.open or not look.blocking:
        return SIGN_OFF, ""
    criterion, title = max(look.blocking, key=lambda each: (_held_until(each[0], onward), each[0]))
    return title, criterion


def _held_until(criterion: str, onward: Sequence[_Stretch]) -> datetime:
    """Until when a criterion went on blocking without a break."""
    until = onward[0][0]
    for _, stop, look in onward:
        if look is None or criterion not in {name for name, _ in look.blocking}:
            break
        until = stop
    return until


def _whole_days(charged: dict[_Charge, float], days: int) -> dict[_Charge, int]:
    """So many whole days shared out by the seconds, the largest remainders first; nothing of nothing."""
    total = sum(charged.values())
    if days <= 0:
        return {}
    if total <= 0:
        return {(FIRST_LOOK, ""): days}
    exact = {charge: days * seconds / total for charge, seconds in charged.items()}
    shared = {charge: int(share) for charge, share in exact.items()}
    by_rest = sorted(exact, key=lambda charge: (shared[charge] - exact[charge], charge))
    for charge in by_rest[: days - sum(shared.values())]:
        shared[charge] += 1
    return {charge: number for charge, number in shared.items() if number}

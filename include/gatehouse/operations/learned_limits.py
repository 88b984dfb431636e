"""Limits that were learned: how a proposal becomes one, which of them a round takes along, and for whom they hold."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from gatehouse.catalog.limits import Limit
from gatehouse.catalog.plan import Plan
from gatehouse.decisions.baselines.cohorts import COHORT_READINGS, Cohort, Said, belongs, cohort_of
from gatehouse.model.results import Result
from gatehouse.model.status import Action, Measured, Severity
from gatehouse.store import baselines
from gatehouse.store.engine import Transaction
from gatehouse.store.tables import BaselineRow

_LIMIT: TypeAdapter[Limit] = TypeAdapter(Limit)
_DIGITS = 6  # of a learned number; rounded so that no value which kept it breaks it


@dataclass(frozen=True, slots=True)
class LearnedLimit:
    """An enforced baseline as a round keeps it: the limit, and the cohort that it was learned on."""

    baseline: int
    cohort: Cohort
    limit: Limit

    def as_json(self) -> dict[str, object]:
        """The form that the store keeps."""
        limit = self.limit.model_dump(mode="json")
        return {"baseline": self.baseline, "cohort": self.cohort.as_json(), "limit": limit}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "LearnedLimit":
        """The stored form, read back."""
        return cls(stored["baseline"], Cohort(**stored["cohort"]), limit_of(stored["limit"]))


@dataclass
class Holding:
    """What holds for one visit: limits to judge by, and by diagnostic why others could not be told to hold or not."""

    limits: list[Limit] = field(default_factory=list)
    holes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def diagnostics(self) -> set[str]:
        """The diagnostics whose results these concern."""
        return {limit.diagnostic for limit in self.limits} | set(self.holes)


def limit_of(form: Mapping[str, Any]) -> Limit:
    """A limit of its stored form."""
    return _LIMIT.validate_python(dict(form))


def numeric_limit(
    *, diagnostic: str, reading: str, parts: str, count: int, unit: str, ends: tuple[float | None, float | None],
    good: float, bad: float, source: str,
) -> Limit:  # fmt: skip
    """The limit of a learned bound; ``good`` keeps it, ``bad`` breaks it."""
    low, high = ends
    numbers: dict[str, object]
    if low is not None and high is not None:
        numbers = {"kind": "between", "low": low, "high": high}
    else:
        numbers = {"kind": "at_most", "value": high} if low is None else {"kind": "at_least", "value": low}
    shared = _shared(diagnostic, reading, parts, count, source)
    return limit_of({**shared, **numbers, "unit": unit, "good": good, "bad": bad})


def exact_limit(
    *, diagnostic: str, reading: str, parts: str, count: int, value: bool | float | str, source: str
) -> Limit:
    """The limit of a fingerprint: exactly that value."""
    bad = not value if isinstance(value, bool) else f"not {value}" if isinstance(value, str) else value + 1
    shared = _shared(diagnostic, reading, parts, count, source)
    return limit_of({**shared, "kind": "equals", "value": value, "good": value, "bad": bad})


def loosened(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """Both ends rounded to six digits, away from the values between them."""
    return (None if low is None else _rounded(low, math.floor), None if high is None else _rounded(high, math.ceil))


def enforced_limits(session: Transaction, plan: Plan, skus: Iterable[str]) -> tuple[LearnedLimit, ...]:
    """The enforced baselines that a plan can hold machines against: it asks what measures, and what tells cohorts."""
    planned = {item.diagnostic for item in plan.diagnostics}
    rows = baselines.baselines(session, tuple(skus), (baselines.ENFORCED,))
    return tuple(
        LearnedLimit(row.id, Cohort(**row.cohort), _named(row))
        for row in rows
        if {row.diagnostic, *Cohort(**row.cohort).asks} <= planned
    )


def holding(learned: Iterable[LearnedLimit], sku: str, results: Sequence[Result]) -> Holding:
    """Which learned limits hold for the machine that said these results.

    A machine of another cohort is not held against them. One that does not tell its cohort leaves a hole: it is
    neither good nor bad by them.
    """
    said = list(_said(results))
    found = Holding()
    for one in learned:
        if one.cohort.sku != sku:
            continue
        own = cohort_of(sku, one.limit.diagnostic, said)
        answer = belongs(own, one.cohort)
        if answer:
            found.limits.append(one.limit)
        elif answer is None:
            lacks = " and ".join(own.unknown)
            found.holes[one.limit.diagnostic].append(
                f"baseline {one.baseline} on {one.limit.reading} was learned on {one.cohort.words}; "
                f"{lacks} of this machine is unknown"
            )
    return found


def word(value: float | str | bool) -> str:
    """A version or a count as one text, whichever way it was stored."""
    if isinstance(value, str):
        return value.strip()
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _said(results: Iterable[Result]) -> Iterable[Said]:
    for result in results:
        if result.measured is Measured.COMPLETE:
            for reading in result.readings:
                if reading.name in COHORT_READINGS and reading.value is not None:
                    yield result.diagnostic, reading.name, word(reading.value)


def _named(row: BaselineRow) -> Limit:
    limit = limit_of(row.requires)
    return limit.model_copy(update={"source": f"baseline {row.id}: {limit.source}", "baseline": row.id})


def _shared(diagnostic: str, reading: str, parts: str, count: int, source: str) -> dict[str, object]:
    return {
        "diagnostic": diagnostic,
        "reading": reading,
        "parts": parts,
        "count": count,
        "severity": Severity.MAJOR,
        "action": Action.DEEP_DIAG,
        "source": source,
    }


def _rounded(value: float, towards: Any) -> float:
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    return float(f"{towards(value / step) * step:.{_DIGITS}g}")

"""What learning says of one family of readings in one cohort, and the proposal that the store keeps of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from gatehouse.catalog.limits import Limit
from gatehouse.decisions.baselines import Bound, Fingerprint, Learned, Physics
from gatehouse.decisions.baselines.cohorts import Cohort
from gatehouse.decisions.baselines.histogram import Step
from gatehouse.model.readings import unit_of
from gatehouse.operations.baseline_samples import Family, Measured
from gatehouse.operations.learned_limits import exact_limit, loosened, numeric_limit

_MIDDLE = 3  # of the seven quantiles


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one cohort says of one family of readings: a criterion or a fingerprint, and the proposal's id if one is."""

    family: Family
    cohort: Cohort
    unit: str
    physics: Physics
    learned: Learned | None
    fingerprint: Fingerprint | None
    steps: tuple[Step, ...] = ()
    limit: Limit | None = None
    baseline: int | None = None
    state: str = ""

    @property
    def reason(self) -> str:
        """What came of it, in words."""
        found = self.learned or self.fingerprint
        return found.reason if found else ""

    @property
    def outliers(self) -> tuple[str, ...]:
        """Hosts that lie out."""
        if self.learned:
            return tuple(score.host for score in self.learned.outliers)
        return self.fingerprint.outliers if self.fingerprint else ()


def limit_from(lesson: Lesson, measured: Measured) -> Limit | None:
    """The limit that a lesson would be; None where it proposes nothing."""
    hosts = len(_values(measured))
    source = f"learned from {hosts - len(lesson.outliers)} of {hosts} hosts of {lesson.cohort.words}"
    family = lesson.family
    where = {"diagnostic": family.diagnostic, "reading": family.reading, "parts": family.parts, "source": source}
    if lesson.fingerprint and lesson.fingerprint.value is not None:
        value = lesson.fingerprint.value
        return exact_limit(**where, count=_values_a_host(measured, set(lesson.outliers)), value=value)
    if lesson.learned is None or lesson.learned.bound is None:
        return None
    bound = Bound(*loosened(lesson.learned.bound.low, lesson.learned.bound.high))
    middle = lesson.learned.quantiles[_MIDDLE]
    return numeric_limit(
        **where,
        count=_values_a_host(measured, set(lesson.outliers)),
        unit="" if unit_of(family.reading) else lesson.unit,
        ends=(bound.low, bound.high),
        good=_short(middle, bound),
        bad=_short(_bad_sample(lesson.learned, bound, middle, lesson.physics), bound),
    )


def proposal_row(lesson: Lesson, limit: Limit, measured: Measured) -> dict[str, Any]:
    """The row that the store keeps of a proposal."""
    requires = limit.model_dump(mode="json")
    evidence = {
        "reason": lesson.reason,
        "outliers": list(lesson.outliers),
        "learned": asdict(lesson.learned) if lesson.learned else None,
        "fingerprint": asdict(lesson.fingerprint) if lesson.fingerprint else None,
        "physics": asdict(lesson.physics),
        "steps": [asdict(step) for step in lesson.steps],
        "rounds": sorted(set(measured.results.values())),
        "results": sorted(measured.results),
    }
    row = {
        "sku": lesson.cohort.sku,
        **asdict(lesson.family),
        "cohort": lesson.cohort.as_json(),
        "requires": requires,
    }
    return {**row, "evidence": evidence, "hosts": len(_values(measured)), "digest": _digest(row, measured)}


def _digest(row: Mapping[str, Any], measured: Measured) -> str:
    text = json.dumps([row, sorted(measured.results)], sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _values(measured: Measured) -> Mapping[str, Any]:
    return measured.words or measured.numbers


def _values_a_host(measured: Measured, out: set[str]) -> int:
    """How many values every good host gave: fewer are a hole."""
    counts = [len(values) for host, values in _values(measured).items() if host not in out]
    return min(counts, default=1)


def _short(sample: float, bound: Bound) -> float:
    """The sample with six digits, where it stays on its side of the bound."""
    short = float(f"{sample:.6g}")
    return short if bound.allows(short) == bound.allows(sample) else sample


def _bad_sample(learned: Learned, bound: Bound, good: float, physics: Physics) -> float:
    """A value that breaks the bound and that a part can show: that of a host which lies out, else as far beyond."""
    seen = [
        score.worst for score in learned.outliers if not bound.allows(score.worst) and physics.possible(score.worst)
    ]
    if seen:
        return seen[0]
    if bound.low is not None:
        beyond = bound.low - abs(good - bound.low)
        return beyond if physics.possible(beyond) else ((physics.low or 0.0) + bound.low) / 2
    high = bound.high if bound.high is not None else good
    beyond = high + (abs(high - good) or 1.0)
    return beyond if physics.possible(beyond) else ((physics.high or beyond) + high) / 2

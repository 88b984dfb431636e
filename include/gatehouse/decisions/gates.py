"""May the phase exit? Holds a phase's evidence against its exit criteria.

What counts is asymmetric on purpose. Evidence of a round whose data is inadmissible, or not judged yet, never helps a
gate; but a FAIL that was measured in such a round stands against its unit until a later COMPLETE PASS of the same unit
and diagnostic in an admissible round. A result that was skipped or could not be measured never counts, and neither does
one of a unit that is not of this build. A result that is listed twice counts once, and the order of rows and rounds
does not matter. The answer depends on nothing but its arguments: the same evidence, the same decision.
"""

from collections.abc import Iterable, Iterator

from gatehouse.catalog.criteria import CriteriaSet, Criterion, Gauge, Performance, SignOffs
from gatehouse.decisions.conditional_exits import earlier_phases
from gatehouse.decisions.criteria.assessment import assess
from gatehouse.decisions.criteria.performance import without_gauge
from gatehouse.decisions.evidence_digest import evidence_digest
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import overall as overall_outlook
from gatehouse.decisions.sign_offs import signatures, standing_rejection
from gatehouse.decisions.waivers import apply_waivers
from gatehouse.model.errors import UsageError
from gatehouse.model.evidence import CriterionOutcome, Forecast, GateDecision, PhaseEvidence
from gatehouse.model.status import CriterionStatus

_PASSED = (CriterionStatus.MET, CriterionStatus.WAIVED)


def evaluate(evidence: PhaseEvidence, criteria: CriteriaSet) -> GateDecision:
    """Decide a gate as of ``evidence.now``.

    Raises:
        UsageError: the criteria are those of another phase.
    """
    if criteria.phase is not evidence.phase:
        raise UsageError(f"{criteria.title!r} holds the criteria of {criteria.phase.value}, not {evidence.phase.value}")
    index = EvidenceIndex(evidence)
    digest = evidence_digest(index, criteria)
    outcomes = [apply_waivers(found, criterion, index) for found, criterion in _assessed(criteria, index, digest)]
    of_people = {criterion.id for criterion in criteria.criteria if isinstance(criterion, SignOffs)}
    outcomes += [asked for asked in (earlier_phases(evidence), standing_rejection(evidence, digest)) if asked]
    outlook = overall_outlook(
        (o.title, o.forecast or o.no_forecast)
        for o in outcomes
        if o.status not in _PASSED and o.criterion not in of_people
    )
    return GateDecision(
        program=evidence.program,
        phase=evidence.phase,
        status=overall(outcomes),
        outcomes=tuple(outcomes),
        evidence_digest=digest,
        decided_at=evidence.now,
        signable=all(o.status in _PASSED for o in outcomes if o.criterion not in of_people),
        awaits=_awaited(criteria, evidence, digest),
        forecast=outlook if isinstance(outlook, Forecast) else None,
        no_forecast=outlook if isinstance(outlook, str) else "",
        notes=criteria.notes,
    )


def _assessed(criteria: CriteriaSet, index: EvidenceIndex, digest: str) -> Iterator[tuple[CriterionOutcome, Criterion]]:
    """Each criterion with how it stands. A limit that needs a gauge shows nothing until its reading has one."""
    found = {criterion.id: assess(criterion, index, digest) for criterion in criteria.criteria}
    gauged = {
        criterion.reading
        for criterion in criteria.criteria
        if isinstance(criterion, Gauge) and found[criterion.id].status is CriterionStatus.MET
    }
    for criterion in criteria.criteria:
        lacks = isinstance(criterion, Performance) and criterion.needs_gauge and criterion.reading not in gauged
        yield (without_gauge(found[criterion.id]) if lacks else found[criterion.id]), criterion


def _awaited(criteria: CriteriaSet, evidence: PhaseEvidence, digest: str) -> tuple[str, ...]:
    """Roles that have not signed this evidence."""
    asked = [criterion.roles for criterion in criteria.criteria if isinstance(criterion, SignOffs)]
    signed = [signatures(roles, evidence.sign_offs, digest) for roles in asked]
    missing = (role for roles, done in zip(asked, signed, strict=True) for role in roles if role not in done)
    return tuple(dict.fromkeys(missing))


def overall(outcomes: Iterable[CriterionOutcome]) -> CriterionStatus:
    """The gate's status: one that is not met decides, then one that lacks evidence, then one that is waived."""
    found = {outcome.status for outcome in outcomes}
    for status in (CriterionStatus.NOT_MET, CriterionStatus.NOT_ENOUGH_EVIDENCE, CriterionStatus.WAIVED):
        if status in found:
            return status
    return CriterionStatus.MET

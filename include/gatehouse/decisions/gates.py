"""May the phase exit? Holds a phase's evidence against its exit criteria.

What counts is asymmetric on purpose. Evidence of a round whose data is inadmissible, or not judged yet, never helps a
gate; but a FAIL that was measured in such a round stands against its unit until a later COMPLETE PASS of the same unit
and diagnostic in an admissible round. A result that was skipped or could not be measured never counts, and neither does
one of a unit that is not of this build. A result that is listed twice counts once, and the order of rows and rounds
does not matter. The answer depends on nothing but its arguments: the same evidence, the same decision.
"""

from collections.abc import Iterable

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.conditional_exits import earlier_phases
from gatehouse.decisions.criteria.assessment import assess
from gatehouse.decisions.evidence_digest import evidence_digest
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.sign_offs import standing_rejection
from gatehouse.decisions.waivers import apply_waivers
from gatehouse.model.errors import UsageError
from gatehouse.model.evidence import CriterionOutcome, GateDecision, PhaseEvidence
from gatehouse.model.status import CriterionStatus


def evaluate(evidence: PhaseEvidence, criteria: CriteriaSet) -> GateDecision:
    """Decide a gate as of ``evidence.now``.

    Raises:
        UsageError: the criteria are those of another phase.
    """
    if criteria.phase is not evidence.phase:
        raise UsageError(f"{criteria.title!r} holds the criteria of {criteria.phase.value}, not {evidence.phase.value}")
    index = EvidenceIndex(evidence)
    digest = evidence_digest(index, criteria)
    outcomes = [apply_waivers(assess(criterion, index), criterion, index) for criterion in criteria.criteria]
    outcomes += [asked for asked in (earlier_phases(evidence), standing_rejection(evidence, digest)) if asked]
    return GateDecision(
        program=evidence.program,
        phase=evidence.phase,
        status=overall(outcomes),
        outcomes=tuple(outcomes),
        evidence_digest=digest,
        decided_at=evidence.now,
    )


def overall(outcomes: Iterable[CriterionOutcome]) -> CriterionStatus:
    """The gate's status: one that is not met decides, then one that lacks evidence, then one that is waived."""
    found = {outcome.status for outcome in outcomes}
    for status in (CriterionStatus.NOT_MET, CriterionStatus.NOT_ENOUGH_EVIDENCE, CriterionStatus.WAIVED):
        if status in found:
            return status
    return CriterionStatus.MET

"""Sends each criterion to the function that answers it."""

from typing import assert_never

from gatehouse.catalog import criteria as spec
from gatehouse.decisions import sign_offs
from gatehouse.decisions.criteria import (
    data_quality,
    freshness,
    gauge,
    issues,
    maturity,
    mtbf,
    performance,
    phase_out,
    requirements,
    sdc,
    units,
    yields,
)
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import CriterionOutcome, Need
from gatehouse.model.status import CriterionStatus


def assess(criterion: spec.Criterion, index: EvidenceIndex, digest: str) -> CriterionOutcome:
    """How one criterion stands, on the evidence of that digest.

    A build without units, or a plan that demands nothing, has shown nothing.
    """
    if not index.units and not isinstance(criterion, spec.Attested):
        return _hollow(criterion, "the build has no units", "add units to the build", "units to build")
    if not index.diagnostics and not isinstance(criterion, spec.RECORDED):
        return _hollow(
            criterion,
            "the plan has no mandatory diagnostic",
            "make a diagnostic of the plan mandatory",
            "mandatory diagnostics",
        )
    return _assess(criterion, index, digest)


def _hollow(criterion: spec.CriterionSpec, observed: str, missing: str, need: str) -> CriterionOutcome:
    return outcome(
        criterion,
        CriterionStatus.NOT_ENOUGH_EVIDENCE,
        observed,
        "evidence of a build",
        missing,
        needs=[Need(1, need)],
        outlook="there is nothing to measure yet",
    )


def _assess(  # noqa: PLR0912, C901 -- one line a kind
    criterion: spec.Criterion, index: EvidenceIndex, digest: str
) -> CriterionOutcome:
    match criterion:
        case spec.UnitsTested():
            return units.units_tested(criterion, index)
        case spec.Coverage():
            return units.coverage(criterion, index)
        case spec.Sites():
            return units.sites(criterion, index)
        case spec.SitesQualified():
            return units.sites_qualified(criterion, index)
        case spec.FirstPassYield():
            return yields.first_pass_yield(criterion, index)
        case spec.FinalYield():
            return yields.final_yield(criterion, index)
        case spec.SuccessRun():
            return yields.success_run(criterion, index)
        case spec.NoOpenIssues():
            return issues.no_open_issues(criterion, index)
        case spec.DataQuality():
            return data_quality.data_quality(criterion, index)
        case spec.Fresh():
            return freshness.fresh(criterion, index)
        case spec.SoakDays():
            return freshness.soak_days(criterion, index)
        case spec.Performance():
            return performance.performance(criterion, index)
        case spec.Mtbf():
            return mtbf.mtbf(criterion, index)
        case spec.Gauge():
            return gauge.gauge(criterion, index)
        case spec.SdcRate():
            return sdc.sdc_rate(criterion, index)
        case spec.Maturity():
            return maturity.maturity(criterion, index)
        case spec.Requirements():
            return requirements.requirements(criterion, index)
        case spec.SignOffs():
            return sign_offs.sign_offs(criterion, index, digest)
        case spec.WorkloadsMoved() | spec.ReservationsZero() | spec.Dispositioned() | spec.Attested():
            return phase_out.recorded(criterion, index)
        case _:
            assert_never(criterion)

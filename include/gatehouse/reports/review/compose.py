"""Composes the report's document from a decision, what it rests on, and what the store knows beside."""

from collections.abc import Mapping
from dataclasses import dataclass

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import GateDecision, PhaseEvidence, RoundSummary
from gatehouse.reports.review import approvals, failures, issues, progress, standing
from gatehouse.reports.review.builds import build_of, coverage_lines
from gatehouse.reports.review.capability import capability_plots
from gatehouse.reports.review.document import ProgramHead, ReviewDocument, RoundLine
from gatehouse.reports.review.facts import ReportFacts
from gatehouse.reports.review.yields import yield_plots

_NO_FACTS = ReportFacts()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review is about. ``names`` maps serials to host names, where known."""

    decision: GateDecision
    evidence: PhaseEvidence
    criteria: CriteriaSet
    names: Mapping[str, str]
    program_title: str
    sku_title: str
    facts: ReportFacts = _NO_FACTS


def compose(about: Reviewed) -> ReviewDocument:
    """The report's content. It depends on nothing but its argument: equal evidence, an equal report."""
    decision, facts, names = about.decision, about.facts, about.names
    index = EvidenceIndex(about.evidence)
    lines = standing.criterion_lines(decision, about.criteria, names)
    open_issues = issues.issue_lines(index, names, facts)
    return ReviewDocument(
        program=_head(about),
        phase=decision.phase,
        criteria_title=about.criteria.title,
        status=decision.status,
        conditional=facts.on_conditions if facts.closed_at else decision.conditional,
        reopened=facts.reopened,
        exit=standing.exit_words(decision, facts),
        blocking=[line.id for line in lines if line.status in standing.IN_THE_WAY],
        clears=standing.clears(decision.outcomes),
        opened_at=facts.opened_at,
        closed_at=facts.closed_at,
        closed_by=facts.closed_by,
        decided_at=decision.decided_at,
        evidence_digest=decision.evidence_digest,
        build=build_of(index, names, facts),
        criteria=lines,
        yields=yield_plots(index, about.criteria, facts),
        capability=capability_plots(index, about.criteria, decision, facts.measures, names),
        coverage=coverage_lines(index) if index.units else [],
        progress=progress.progress_bars(decision, about.criteria),
        phases=progress.phase_lines(facts.phases),
        rounds=[_round(summary, facts) for summary in about.evidence.rounds],
        failures=failures.failure_bars(facts.failures),
        signatures=failures.signature_lines(facts.signatures),
        issue_counts=issues.issue_counts(open_issues),
        issues=open_issues,
        repaired=issues.repair_lines(index, names, facts),
        waivers=approvals.waiver_lines(about.evidence.waivers, decision, names),
        sign_offs=approvals.sign_off_lines(about.evidence.sign_offs, decision),
        signatories=approvals.signatories(about.criteria),
    )


def _head(about: Reviewed) -> ProgramHead:
    return ProgramHead(
        id=about.decision.program,
        title=about.program_title,
        sku=about.facts.sku,
        sku_title=about.sku_title,
        owner=about.facts.owner,
    )


def _round(summary: RoundSummary, facts: ReportFacts) -> RoundLine:
    told = next((line for line in facts.rounds if line.round_id == summary.round_id), None)
    return RoundLine(
        id=summary.round_id,
        number=told.number if told else None,
        reason=told.reason if told else "",
        requested_by=told.requested_by if told else "",
        admissible=summary.admissible,
        judged_at=summary.at,
        units=len(summary.units),
        visited=told.visited if told else None,
        unreachable=told.unreachable if told else None,
        set_aside=told.set_aside if told else 0,
        problems=list(summary.problems),
    )

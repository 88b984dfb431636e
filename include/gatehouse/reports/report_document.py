"""A phase's report as one document, from which the page and the JSON are both made: they cannot differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_index import EvidenceIndex, issue_class
from gatehouse.decisions.waiver_rules import lacking, state_of
from gatehouse.model.evidence import CriterionOutcome, GateDecision, PhaseEvidence, SignOff
from gatehouse.model.status import CriterionStatus
from gatehouse.model.waivers import Waiver, WaiverState
from gatehouse.reports.plain_text import with_names


@dataclass(frozen=True, slots=True)
class FailureCount:
    """A check that failed in a phase: on how many units, and how often."""

    check: str
    units: int
    times: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report tells beside decision and evidence. ``failures`` are of the whole phase, repaired ones included.

    ``on_conditions`` tells an exit on waivers from a clean one; ``reopened`` says why it does not stand any more.
    """

    sku: str = ""
    owner: str = ""
    planned_units: int | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    failures: tuple[FailureCount, ...] = ()
    on_conditions: bool = False
    reopened: str = ""


def report_document(
    decision: GateDecision, evidence: PhaseEvidence, criteria: CriteriaSet, names: Mapping[str, str],
    program_title: str, sku_title: str, facts: ReportFacts,
) -> dict[str, Any]:  # fmt: skip
    """The report's content: plain dictionaries and lists; times are datetimes."""
    index = EvidenceIndex(evidence)
    return {
        "program": {"id": decision.program, "title": program_title, "sku": facts.sku, "sku_title": sku_title,
                    "owner": facts.owner},
        "phase": decision.phase,
        "criteria_title": criteria.title,
        "status": decision.status,
        "conditional": facts.on_conditions if facts.closed_at else decision.conditional,
        "reopened": facts.reopened,
        "exit": exit_words(decision, facts),
        "opened_at": facts.opened_at,
        "closed_at": facts.closed_at,
        "closed_by": facts.closed_by,
        "decided_at": decision.decided_at,
        "evidence_digest": decision.evidence_digest,
        "build": _build(index, names, facts),
        "criteria": [_criterion(outcome, criteria, names) for outcome in decision.outcomes],
        "rounds": [
            {"id": r.round_id, "admissible": r.admissible, "units": len(r.units), "judged_at": r.at,
             "problems": list(r.problems)}
            for r in evidence.rounds
        ],
        "failures": failure_bars(facts.failures),
        "issues": _issues(index, names),
        "waivers": [_waiver(waiver, decision, names) for waiver in evidence.waivers],
        "sign_offs": [_sign_off(answer, decision) for answer in evidence.sign_offs],
    }  # fmt: skip


def exit_words(decision: GateDecision, facts: ReportFacts) -> str:
    """Where the phase stands, in words that tell a clean exit from one that only a waiver allows."""
    if facts.reopened:
        return f"exited on conditions and is reopened: {facts.reopened}"
    if facts.closed_at and not facts.on_conditions:
        return "exited"
    if facts.closed_at:
        return "exited on conditions: waived criteria remain" if decision.conditional else "exited on conditions"
    if decision.conditional:
        return "may exit on conditions: waived criteria remain"
    return "may exit" if decision.open else "may not exit"


def failure_bars(failures: Sequence[FailureCount]) -> list[dict[str, Any]]:
    """A Pareto: most units first, each with its share of all (check, unit) pairs and the cumulated one, in %."""
    ordered = sorted(failures, key=lambda f: (-f.units, -f.times, f.check))
    total = sum(f.units for f in ordered)
    bars, so_far = [], 0
    for failure in ordered:
        so_far += failure.units
        bars.append(
            {
                **asdict(failure),
                "share_pct": round(100 * failure.units / total, 1),
                "cumulated_pct": round(100 * so_far / total, 1),
                "of_longest_pct": round(100 * failure.units / max(ordered[0].units, 1), 1),
            }
        )
    return bars


def _build(index: EvidenceIndex, names: Mapping[str, str], facts: ReportFacts) -> dict[str, Any]:
    return {
        "planned_units": facts.planned_units,
        "units": [{"serial": serial, "host": names.get(serial, serial)} for serial in index.units],
        "measured_units": len(index.complete_units),
        "sites": list(index.evidence.sites),
        "diagnostics": list(index.diagnostics),
    }


def _criterion(outcome: CriterionOutcome, criteria: CriteriaSet, names: Mapping[str, str]) -> dict[str, Any]:
    spec = next((c for c in criteria.criteria if c.id == outcome.criterion), None)
    return {
        "id": outcome.criterion,
        "title": outcome.title or outcome.criterion,
        "status": outcome.status,
        "observed": with_names(outcome.observed, names),
        "required": outcome.required,
        "missing": with_names(outcome.missing, names),
        "source": spec.source if spec else "",
        "units": [names.get(unit, unit) for unit in outcome.units],
        "waiver": outcome.waiver,
        "results": len(outcome.rests_on),
    }


def _issues(index: EvidenceIndex, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Open issues, one entry a unit; units by name."""
    entries: Iterable[tuple[str, list[dict[str, Any]]]] = (
        (unit, [_issue(row, index) for row in rows])
        for unit, rows in groupby(index.open_issues, key=lambda row: row.unit)
    )
    listed = [{"serial": unit, "host": names.get(unit, unit), "issues": issues} for unit, issues in entries]
    return sorted(listed, key=lambda entry: str(entry["host"]))


def _issue(row: Any, index: EvidenceIndex) -> dict[str, Any]:
    return {
        "diagnostic": row.diagnostic,
        "verdict": row.verdict,
        "severity": issue_class(row),
        "reason": row.reason,
        "round": row.round_id,
        "at": row.at,
        "sound": index.sound_round(row),
    }


def _waiver(waiver: Waiver, decision: GateDecision, names: Mapping[str, str]) -> dict[str, Any]:
    state = state_of(waiver, decision.decided_at)
    used = any(o.waiver == waiver.id for o in decision.outcomes if o.status is CriterionStatus.WAIVED)
    in_use = "in use" if used else "not needed or not covering"
    return {
        **asdict(waiver),
        "units": [names.get(unit, unit) for unit in waiver.units],
        "sites": list(waiver.sites),
        "scope": waiver_scope(waiver, names),
        "approved_by": [f"{approval.who} ({approval.role})" for approval in waiver.approved_by],
        "lacks": lacking(waiver) if state is WaiverState.WAITING else "",
        "state": in_use if state is WaiverState.IN_FORCE else state.value,
    }


def waiver_scope(waiver: Waiver, names: Mapping[str, str]) -> str:
    """Which units a waiver is for, in words."""
    parts = [names.get(unit, unit) for unit in waiver.units] + [f"every unit at {site}" for site in waiver.sites]
    return ", ".join(parts) or "every unit"


def _sign_off(answer: SignOff, decision: GateDecision) -> dict[str, Any]:
    return {**asdict(answer), "on_this_evidence": answer.evidence_digest == decision.evidence_digest}

"""Builds evidence for the tests of gates: small, explicit, the same every time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import (
    CriterionOutcome,
    EvidenceRow,
    PhaseEvidence,
    RoundSummary,
    SignOff,
    ValueRow,
)
from gatehouse.model.status import Measured, Phase, Severity, Verdict
from gatehouse.model.waivers import Approval, Waiver, WaiverRole

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOW = START + timedelta(days=30)
HEALTH, LINK = "accelerator_health", "nic_link"


def units(count: int) -> tuple[str, ...]:
    """Serials u000, u001, …"""
    return tuple(f"u{number:03d}" for number in range(count))


def row(result_id: int, unit: str = "u000", diagnostic: str = HEALTH, **changes: Any) -> EvidenceRow:
    """A passing result of a sound round, ``day`` days into the phase; any field can be changed."""
    at = START + timedelta(days=changes.pop("day", 0.0), seconds=result_id)
    plain: dict[str, Any] = {
        "round_id": "r1",
        "site": "lab",
        "measured": Measured.COMPLETE,
        "verdict": Verdict.PASS,
        "severity": None,
        "reason": "",
        "at": at,
        "admissible": True,
    }
    return EvidenceRow(result_id=result_id, unit=unit, diagnostic=diagnostic, **{**plain, **changes})


def fault(result_id: int, unit: str = "u000", diagnostic: str = HEALTH, **changes: Any) -> EvidenceRow:
    """A measured FAIL."""
    plain = {"verdict": Verdict.FAIL, "severity": Severity.MAJOR, "reason": "gpu3 temp_c is 97 degC"}
    return row(result_id, unit, diagnostic, **{**plain, **changes})


def passes(names: Iterable[str], diagnostics: Sequence[str] = (HEALTH,), **changes: Any) -> list[EvidenceRow]:
    """A PASS of every unit × diagnostic, with ids from ``first_id``."""
    first_id = changes.pop("first_id", 1)
    pairs = [(unit, diagnostic) for unit in names for diagnostic in diagnostics]
    return [row(first_id + n, unit, diagnostic, **changes) for n, (unit, diagnostic) in enumerate(pairs)]


def rounds_of(rows: Iterable[EvidenceRow]) -> tuple[RoundSummary, ...]:
    """The summary of each round that the rows tell of."""
    seen: dict[str, list[EvidenceRow]] = {}
    for item in rows:
        seen.setdefault(item.round_id, []).append(item)
    return tuple(
        RoundSummary(
            round_id=round_id,
            admissible=members[0].admissible,
            problems=("40 rows are missing",) if members[0].admissible is False else (),
            units=tuple(sorted({m.unit for m in members})),
            at=None if members[0].admissible is None else max(m.at for m in members),
        )
        for round_id, members in seen.items()
    )


def phase(
    build: Iterable[str] = ("u000",),
    rows: Iterable[EvidenceRow] = (),
    diagnostics: Sequence[str] = (HEALTH,),
    **changes: Any,
) -> PhaseEvidence:
    """Evidence of DVT as of 30 days after its start."""
    rows, build = tuple(rows), tuple(build)
    plain: dict[str, Any] = {
        "program": "h100",
        "phase": Phase.DVT,
        "now": NOW,
        "rounds": rounds_of(rows),
        "sites": ("lab",),
        "site_of": dict.fromkeys(build, "lab"),
    }
    return PhaseEvidence(units=build, diagnostics=tuple(diagnostics), rows=rows, **{**plain, **changes})


def criteria(*specs: Mapping[str, Any]) -> CriteriaSet:
    """A set of DVT criteria; ids default to the kind."""
    filled = [{"id": spec["kind"], "source": "a test", **spec} for spec in specs]
    return CriteriaSet.model_validate({"title": "DVT exit", "phase": "DVT", "criteria": filled})


def answer(evidence: PhaseEvidence, kind: str, **spec: Any) -> CriterionOutcome:
    """The outcome of one criterion."""
    return evaluate(evidence, criteria({"kind": kind, **spec})).outcomes[0]


def value(result_id: int, unit: str, number: float, part: str = "gpu0") -> ValueRow:
    """One numeric reading."""
    return ValueRow(result_id, unit, part, number)


def waiver(criterion: str, **changes: Any) -> Waiver:
    """A waiver with two approvers, live for 10 more days, for all units."""
    plain: dict[str, Any] = {
        "id": 7,
        "owner": "Ada",
        "reason": "fan supplier is late",
        "containment": "inlet below 22 degC",
        "approved_by": (Approval("Ada", WaiverRole.ENGINEERING), Approval("Grace", WaiverRole.QUALITY)),
        "expires_at": NOW + timedelta(days=10),
    }
    return Waiver(criterion=criterion, **{**plain, **changes})


def rejection(digest: str, **changes: Any) -> SignOff:
    """A quality engineer says no."""
    plain: dict[str, Any] = {
        "who": "Grace",
        "role": "quality",
        "approved": False,
        "comment": "rack 4 looks odd",
        "at": NOW - timedelta(hours=1),
    }
    return SignOff(evidence_digest=digest, **{**plain, **changes})


FULL_SET = criteria(
    {"kind": "units_tested", "at_least": 3},
    {"kind": "coverage"},
    {"kind": "first_pass_yield", "at_least": 0.4, "confidence": 0.9},
    {"kind": "final_yield", "at_least": 0.4, "confidence": 0.9},
    {"kind": "success_run", "reliability": 0.4, "confidence": 0.9},
    {"kind": "no_open_issues"},
    {"kind": "data_quality"},
    {"kind": "fresh", "max_age_days": 60.0},
    {"kind": "performance", "reading": "busbw_gbps", "at_least": 300.0},
    {"kind": "mtbf", "at_least_hours": 100.0, "confidence": 0.6, "hours_reading": "soak_hours"},
    {"kind": "sites", "at_least": 1},
    {"kind": "soak_days", "at_least": 5.0},
)


def healthy(count: int = 4) -> PhaseEvidence:
    """A build that meets every criterion of FULL_SET."""
    names = units(count)
    rows = passes(names, (HEALTH, LINK))
    by_unit = {r.unit: r.result_id for r in rows}
    values = {
        "busbw_gbps": tuple(value(by_unit[u], u, 460.0 + n % 3) for n, u in enumerate(names)),
        "soak_hours": tuple(value(by_unit[u], u, 72.0, "host") for u in names),
    }
    return phase(names, rows, (HEALTH, LINK), values=values, history={"soak_hours": values["soak_hours"]})

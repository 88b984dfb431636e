"""Phases to report on, made by hand: what a review may look at, without a store.

``case(name)`` is one of ``CASES``: ``blocked`` (DVT with open issues, an inadmissible round, forecasts, two sites),
``clean`` (PVT that may exit), ``waived`` (a conditional exit), ``empty`` (EVT without any evidence).
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import (
    EvidenceRow,
    Forecast,
    GateDecision,
    Need,
    PhaseEvidence,
    RoundSummary,
    SignOff,
    ValueRow,
)
from gatehouse.model.status import CriterionStatus, Measured, Phase, Severity, Verdict
from gatehouse.model.waivers import Approval, Waiver, WaiverRole
from gatehouse.reports.review.compose import Reviewed
from gatehouse.reports.review.facts import (
    BrokenLimit,
    FailureCount,
    Measure,
    PhaseDates,
    ReportFacts,
    RoundFacts,
    SignatureCount,
)

NOW = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
# What a hostile tool, person or file may say: markup, a terminal escape, what reorders text, mathtext, XML's ends.
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e $x^2$ ]]> &amp; \ufffe"
DIAGNOSTICS = (
    *("accelerator_health", "bmc_event_log", "bmc_sensors", "cpu_stress", "identity_bom", "kernel_log"),
    *("memory_errors", "memory_stress", "nic_link", "pcie_link", "storage_health", "storage_rw"),
)
CASES = ("blocked", "clean", "waived", "empty")
_DAY = timedelta(days=1)
_SOURCE = "a house rule"
SIGNED = (Approval("Pat Doe", WaiverRole.ENGINEERING), Approval("Lee Chen", WaiverRole.QUALITY))


def criteria(phase: Phase, units: int = 59) -> CriteriaSet:
    """Criteria of every sort that the report treats by itself."""
    said = [
        {"id": "build_size", "title": "Units tested", "kind": "units_tested", "at_least": units},
        {"id": "coverage", "title": "Every unit answered every mandatory diagnostic", "kind": "coverage"},
        {"id": "first_pass", "title": "First-pass yield, lower 90 % bound", "kind": "first_pass_yield",
         "at_least": 0.85, "confidence": 0.9},
        {"id": "final", "title": "Final yield, lower 95 % bound", "kind": "final_yield", "at_least": 0.95,
         "confidence": 0.95},
        {"id": "busbw", "title": "All-reduce bus bandwidth", "kind": "performance", "reading": "busbw_gbps",
         "at_least": 440.0, "units_at_least": 30},
        {"id": "mtbf", "title": "MTBF of 2,000 h", "kind": "mtbf", "at_least_hours": 2000.0, "confidence": 0.8},
        {"id": "soak", "title": "Seven days of soak", "kind": "soak_days", "at_least": 7.0},
        {"id": "issues", "title": "No open blocker, no open major", "kind": "no_open_issues"},
        {"id": "data", "title": "Only admissible evidence", "kind": "data_quality"},
    ]  # fmt: skip
    told = [{"source": _SOURCE, **one} for one in said]
    return CriteriaSet.model_validate({"title": f"{phase} exit", "phase": phase, "criteria": told})


def serials(count: int) -> tuple[str, ...]:
    """Serials of a build."""
    return tuple(f"H100DVT{number:04d}" for number in range(1, count + 1))


def names_of(units: Sequence[str]) -> dict[str, str]:
    """Host names by serial."""
    return {serial: f"h100-dvt-{number:03d}" for number, serial in enumerate(units, start=1)}


def rows(
    units: Sequence[str], rounds: Sequence[tuple[str, bool | None, datetime]], bad: dict[tuple[str, str, str], str]
) -> tuple[EvidenceRow, ...]:
    """Every unit × diagnostic in every round; ``bad`` maps (round, unit, diagnostic) to what was seen, or ``ERROR``."""
    made = []
    for round_id, admissible, at in rounds:
        for unit in units:
            for diagnostic in DIAGNOSTICS:
                seen = bad.get((round_id, unit, diagnostic), "")
                error, fail = seen == "ERROR", seen not in ("", "ERROR")
                made.append(
                    EvidenceRow(
                        result_id=len(made) + 1,
                        round_id=round_id,
                        unit=unit,
                        site="austin" if int(unit[-4:]) % 3 else "tainan",
                        diagnostic=diagnostic,
                        measured=Measured.ERROR if error else Measured.COMPLETE,
                        verdict=Verdict.NOT_APPLICABLE if error else Verdict.FAIL if fail else Verdict.PASS,
                        severity=(Severity.BLOCKER if "ECC" in seen else Severity.MAJOR) if fail else None,
                        reason=seen,
                        at=at,
                        admissible=admissible,
                    )
                )
    return tuple(made)


def _bad(units: Sequence[str], *, repaired: bool) -> dict[tuple[str, str, str], str]:
    hot = "gpu3 temp_c is 97 degC, must be at most 85 degC"
    bad = {
        ("r1", units[16], "accelerator_health"): "gpu5 ECC volatile uncorrectable is 12, must be at most 0",
        ("r1", units[3], "accelerator_health"): hot,
        ("r1", units[41], "nic_link"): "nic4 speed is 200000 Mb/s, must be at least 400000 Mb/s",
        ("r1", units[22], "storage_health"): "disk2 media errors are 3, must be at most 0",
    }
    if repaired:
        return bad
    still = {("r3", unit, diagnostic): seen for (_, unit, diagnostic), seen in list(bad.items())[:2]}
    return bad | still | {("r3", units[50], "memory_stress"): "ERROR"}


def _facts(units: Sequence[str], evidence: PhaseEvidence, planned: int) -> ReportFacts:
    rng = random.Random(7)
    failing = [r for r in evidence.rows if r.verdict is Verdict.FAIL]
    pairs = {(r.unit, r.diagnostic) for r in failing}
    of_health = [r for r in evidence.rows if r.diagnostic == "accelerator_health" and r.admissible]
    latest = {r.unit: r.result_id for r in of_health}
    measures = [
        Measure(result, f"gpu{gpu}", "temp_c", round(rng.gauss(61, 3.5), 1), "degC", None, 85.0)
        for result in latest.values()
        for gpu in range(8)
    ]
    measures += [
        Measure(result, "host", "fan.speed_rpm", round(rng.gauss(8200, 120)), "rpm", 600.0, None)
        for result in latest.values()
    ]
    if measures:
        measures[11] = replace(measures[11], value=97.0)
    numbers = {"r1": 1, "r2": 2, "r3": 3}
    return ReportFacts(
        sku="h100-8x",
        owner="NPI program manager, GPU servers",
        planned_units=planned,
        opened_at=NOW - 12 * _DAY,
        failures=(
            FailureCount("accelerator_health", "temp_c", 6, 9),
            FailureCount("accelerator_health", "ecc.volatile.dram_uncorrectable", 3, 4),
            FailureCount("nic_link", "speed_mbps", 2, 2),
            FailureCount("storage_health", "nvme.media_errors", 1, 1),
        ) if failing else (),
        signatures=(
            SignatureCount("hardware", "xid.48", 3, 7, "NVRM: Xid (PCI:0000:9b:00): 48, double-bit ECC error"),
            SignatureCount("configuration", "link.slow", 2, 2, "link came up at 200 Gb/s"),
        ) if failing else (),
        rounds=tuple(
            RoundFacts(
                s.round_id, numbers[s.round_id], "pm", "first round" if s.round_id == "r1" else "retest after repair",
                s.at or NOW, len(units), len(units) - (s.round_id == "r3"), int(s.round_id == "r3"),
                set_aside=2 * (s.round_id == "r2"),
            )
            for s in evidence.rounds
        ),
        sites={unit: "austin" if int(unit[-4:]) % 3 else "tainan" for unit in units},
        history=tuple(sorted((r for r in evidence.rows if (r.unit, r.diagnostic) in pairs), key=lambda r: r.at)),
        broken={r.result_id: (BrokenLimit(r.reason.split()[0], "check", "RMA"),) for r in failing},
        measures=tuple(measures),
        phases=(
            PhaseDates("EVT", NOW - 60 * _DAY, NOW - 30 * _DAY, NOW - 58 * _DAY, NOW - 14 * _DAY),
            PhaseDates("DVT", NOW - 25 * _DAY, NOW + 5 * _DAY, NOW - 12 * _DAY),
            PhaseDates("PVT", NOW + 6 * _DAY, NOW + 50 * _DAY),
        ),
    )  # fmt: skip


def _evidence(phase: Phase, units: Sequence[str], *, repaired: bool) -> PhaseEvidence:
    rng = random.Random(3)
    rounds = (("r1", True, NOW - 10 * _DAY), ("r2", False, NOW - 6 * _DAY), ("r3", True, NOW - 1 * _DAY))
    made = rows(units, rounds, _bad(units, repaired=repaired))
    stress = [r for r in made if r.diagnostic == "cpu_stress" and r.round_id == "r3"]
    return PhaseEvidence(
        program="h100-8x",
        phase=phase,
        now=NOW,
        units=tuple(units),
        diagnostics=DIAGNOSTICS,
        rows=made,
        rounds=tuple(
            RoundSummary(name, ok, () if ok else ("two units claim serial H100DVT0042: h100-dvt-042, h100-dvt-043",),
                         tuple(units), at + timedelta(hours=1))
            for name, ok, at in rounds
        ),
        values={"busbw_gbps": tuple(
            ValueRow(r.result_id, r.unit, "host", round(rng.gauss(474, 6), 1) if i != 9 else 431.0)
            for i, r in enumerate(stress)
        )},
        sites=("austin", "tainan"),
    )  # fmt: skip


def _with_forecasts(decision: GateDecision) -> GateDecision:
    """As a gate that forecasts would say it."""
    told = {
        "mtbf": ((Need(1310, "unit-hours"), Need(11, "zero-failure units")), 9, 6, 16),
        "first_pass": ((Need(14, "zero-failure units"),), 12, 7, None),
    }
    outcomes = []
    for outcome in decision.outcomes:
        if outcome.criterion in told and outcome.status is not CriterionStatus.MET:
            needs, at, early, late = told[outcome.criterion]
            ends = (NOW + at * _DAY, NOW + early * _DAY, NOW + late * _DAY if late else None)
            forecast = Forecast(*ends, 0.8, "6 units a day over the last 10 days")
            outcome = replace(outcome, needs=needs, forecast=forecast)  # noqa: PLW2901 -- the same one, with more
        outcomes.append(outcome)
    return replace(decision, outcomes=tuple(outcomes))


def case(name: str, size: int = 60) -> Reviewed:
    """One of ``CASES``."""
    units = serials(size)
    if name == "empty":
        evidence = PhaseEvidence("h100-8x", Phase.EVT, NOW, units[:10], DIAGNOSTICS, sites=("austin",))
        facts = ReportFacts("h100-8x", "Pat Doe", 10, NOW - 2 * _DAY, sites=dict.fromkeys(units, "austin"))
        return _reviewed(evidence, criteria(Phase.EVT, 10), facts)
    phase = Phase.PVT if name == "clean" else Phase.DVT
    evidence = _evidence(phase, units, repaired=name != "blocked")
    if name == "waived":
        evidence = replace(evidence, waivers=(
            Waiver(7, "mtbf", "Sam Reyes", "burn-in rack B is late", "48 h burn-in on every shipped unit",
                   SIGNED, NOW + 20 * _DAY),
            Waiver(8, "issues", "Sam Reyes", "an old one", "none", SIGNED, NOW - 2 * _DAY),
        ))  # fmt: skip
    asked = criteria(phase)
    easier = [c for c in asked.criteria if name != "clean" or c.id != "mtbf"]
    asked = asked.model_copy(update={"criteria": tuple(easier)})
    facts = _facts(units, evidence, 60)
    reviewed = _reviewed(evidence, asked, facts)
    signed = SignOff("Pat Doe", "NPI program manager", True, "agreed", reviewed.decision.evidence_digest, NOW)
    return replace(reviewed, evidence=replace(evidence, sign_offs=(signed,)))


def _reviewed(evidence: PhaseEvidence, asked: CriteriaSet, facts: ReportFacts) -> Reviewed:
    decision = _with_forecasts(evaluate(evidence, asked))
    title, sku = "8× NVIDIA H100 SXM5 server", "8× NVIDIA H100 SXM5 80 GB server"
    return Reviewed(decision, evidence, asked, names_of(evidence.units), title, sku, facts)

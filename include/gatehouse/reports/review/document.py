"""The phase report as one document, from which the page and the JSON are both made: they cannot differ."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from gatehouse.model.status import CriterionStatus, Phase, Severity
from gatehouse.reports.review.plots import (
    CapabilityPlot,
    CoverageLine,
    FailureBar,
    IssueCount,
    PhaseLine,
    ProgressBar,
    Signature,
    YieldPlot,
)
from gatehouse.reports.review.section import Section

FORMAT: Literal["gatehouse-phase-report/1"] = "gatehouse-phase-report/1"


class ProgramHead(Section):
    """The program, its SKU, and who answers for it."""

    id: str
    title: str
    sku: str
    sku_title: str
    owner: str


class UnitLine(Section):
    """A unit of the build."""

    serial: str
    host: str
    site: str


class SiteLine(Section):
    """The units of the build at a site: built, with every mandatory diagnostic measured, and those that fail now."""

    site: str
    built: int
    measured: int
    failing: int


class Build(Section):
    """The units of the phase, planned against built against measured."""

    planned_units: int | None
    units: list[UnitLine]
    measured_units: int
    failing_units: int
    sites: list[str]
    by_site: list[SiteLine]
    diagnostics: list[str]


class NeedLine(Section):
    """Something that is still missing, counted."""

    amount: float
    of: str


class ForecastLine(Section):
    """When a criterion would be met at the current rate; ``latest`` is null where that has no end."""

    at: datetime
    earliest: datetime
    latest: datetime | None
    confidence: float
    basis: str


class Clears(Section):
    """When everything that can be forecast would be met; ``silent`` are the criteria in the way without a forecast."""

    forecast: ForecastLine | None
    silent: list[str]


class CriterionLine(Section):
    """An exit criterion. ``units`` stand in its way; ``margin`` is observed minus required in its own number."""

    id: str
    title: str
    kind: str
    severity: str
    status: CriterionStatus
    observed: str
    required: str
    margin: float | None
    margin_words: str
    missing: str
    needs: list[NeedLine] = Field(description="ways to close the gap, any one of which would do")
    forecast: ForecastLine | None
    source: str
    units: list[str]
    waiver: int | None
    results: int = Field(description="how many results it rests on")


class RoundLine(Section):
    """A round: whether its data may count, and why not."""

    id: str
    number: int | None
    reason: str
    requested_by: str
    admissible: bool | None
    judged_at: datetime | None
    units: int
    visited: int | None
    unreachable: int | None
    set_aside: int
    problems: list[str]


class IssueLine(Section):
    """An issue that stands. ``since`` is when this fault was first seen without a good result after it."""

    serial: str
    host: str
    site: str
    diagnostic: str
    parts: list[str]
    verdict: str
    severity: Severity
    reason: str
    actions: list[str]
    round: str
    at: datetime
    since: datetime
    age_days: float
    sound: bool | None


class RepairLine(Section):
    """A fault that is no more: it failed, and a later sound result passes."""

    serial: str
    host: str
    diagnostic: str
    severity: Severity
    found: str
    failed_at: datetime
    failed_round: str
    passes_at: datetime
    passes_round: str
    why_retested: str


class WaiverEnd(Section):
    """How a waiver was over before its time: rejected or withdrawn."""

    kind: str
    who: str
    at: datetime
    text: str


class WaiverLine(Section):
    """A criterion that people decided to live without, until a date. ``lacks`` says which signatures are to come."""

    id: int
    criterion: str
    owner: str
    reason: str
    containment: str
    units: list[str]
    sites: list[str]
    scope: str
    retest: str
    approved_by: list[str]
    lacks: str
    expires_at: datetime
    ended: WaiverEnd | None
    state: str


class SignOffLine(Section):
    """A person's answer at the gate."""

    who: str
    role: str
    approved: bool
    comment: str
    at: datetime
    evidence_digest: str
    on_this_evidence: bool


class ReviewDocument(Section):
    """The report. ``blocking`` are the ids of the criteria in the way, the gravest first.

    ``reopened`` says why an exit on conditions does not stand any more; empty where it does.
    """

    format: Literal["gatehouse-phase-report/1"] = FORMAT
    program: ProgramHead
    phase: Phase
    criteria_title: str
    status: CriterionStatus
    conditional: bool
    reopened: str
    exit: str
    blocking: list[str]
    clears: Clears
    opened_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    decided_at: datetime
    evidence_digest: str
    build: Build
    criteria: list[CriterionLine]
    yields: list[YieldPlot]
    capability: list[CapabilityPlot]
    coverage: list[CoverageLine]
    progress: list[ProgressBar]
    phases: list[PhaseLine]
    rounds: list[RoundLine]
    failures: list[FailureBar]
    signatures: list[Signature]
    issue_counts: list[IssueCount]
    issues: list[IssueLine]
    repaired: list[RepairLine]
    waivers: list[WaiverLine]
    sign_offs: list[SignOffLine]
    signatories: list[str]

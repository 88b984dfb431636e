"""The units of the phase: planned against built against measured, by site, and diagnostic by diagnostic."""

from collections import Counter
from collections.abc import Mapping

from gatehouse.decisions.evidence_index import EvidenceIndex, Pair
from gatehouse.model.status import Measured, Verdict
from gatehouse.reports.review.document import Build, SiteLine, UnitLine
from gatehouse.reports.review.facts import ReportFacts
from gatehouse.reports.review.plots import CoverageLine


def build_of(index: EvidenceIndex, names: Mapping[str, str], facts: ReportFacts) -> Build:
    """The build, with its sites in order of their names."""
    units = [
        UnitLine(serial=serial, host=names.get(serial, serial), site=facts.sites.get(serial, ""))
        for serial in index.units
    ]
    failing = failing_units(index)
    measured = set(index.complete_units)
    by_site = [
        SiteLine(
            site=site,
            built=sum(unit.site == site for unit in units),
            measured=sum(unit.site == site and unit.serial in measured for unit in units),
            failing=sum(unit.site == site and unit.serial in failing for unit in units),
        )
        for site in sorted({unit.site for unit in units})
    ]
    return Build(
        planned_units=facts.planned_units,
        units=units,
        measured_units=len(measured),
        failing_units=len(failing),
        sites=list(index.evidence.sites),
        by_site=by_site,
        diagnostics=list(index.diagnostics),
    )


def failing_units(index: EvidenceIndex) -> frozenset[str]:
    """Units with a mandatory diagnostic that fails now."""
    mandatory = set(index.diagnostics)
    return frozenset(
        row.unit for row in index.current.values() if row.verdict is Verdict.FAIL and row.diagnostic in mandatory
    )


def coverage_lines(index: EvidenceIndex) -> list[CoverageLine]:
    """Each mandatory diagnostic over the units of the build; every unit is counted once."""
    lines = []
    for diagnostic in index.diagnostics:
        counts = Counter(_state(index, (unit, diagnostic)) for unit in index.units)
        lines.append(
            CoverageLine(
                diagnostic=diagnostic,
                passed=counts["passed"],
                failed=counts["failed"],
                error=counts["error"],
                skipped=counts["skipped"],
                unsound=counts["unsound"],
                untried=counts["untried"],
            )
        )
    return lines


def _state(index: EvidenceIndex, pair: Pair) -> str:
    current, latest = index.current.get(pair), index.latest.get(pair)
    if current:
        return "failed" if current.verdict is Verdict.FAIL else "passed"
    if latest is None:
        return "untried"
    if latest.measured is Measured.ERROR:
        return "error"
    skipped = latest.measured is Measured.SKIP or latest.verdict is Verdict.NOT_APPLICABLE
    return "skipped" if skipped else "unsound"

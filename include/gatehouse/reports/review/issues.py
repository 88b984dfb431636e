"""Issues that stand, and faults that are no more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from gatehouse.decisions.evidence_index import EvidenceIndex, Pair, issue_class
from gatehouse.model.evidence import EvidenceRow
from gatehouse.model.status import Action, Measured, Severity, Verdict
from gatehouse.reports.action_words import in_words
from gatehouse.reports.review.document import IssueLine, RepairLine
from gatehouse.reports.review.facts import ReportFacts
from gatehouse.reports.review.plots import IssueCount

_DAY_S = 86_400.0
_GRAVEST_FIRST = list(Severity)
History = Mapping[Pair, Sequence[EvidenceRow]]


def issue_lines(index: EvidenceIndex, names: Mapping[str, str], facts: ReportFacts) -> list[IssueLine]:
    """Open issues, the gravest first, then by host."""
    history = _by_pair(facts.history)
    lines = [_issue(row, index, names, facts, history) for row in index.open_issues]
    return sorted(lines, key=lambda line: (_GRAVEST_FIRST.index(line.severity), line.host, line.diagnostic))


def issue_counts(issues: Sequence[IssueLine]) -> list[IssueCount]:
    """Open issues of every class, also of those that have none."""
    return [
        IssueCount(
            severity=severity,
            issues=sum(line.severity is severity for line in issues),
            units=len({line.serial for line in issues if line.severity is severity}),
        )
        for severity in Severity
    ]


def repair_lines(index: EvidenceIndex, names: Mapping[str, str], facts: ReportFacts) -> list[RepairLine]:
    """Pairs that failed in this phase and pass now, latest repair first."""
    history = _by_pair(facts.history)
    why = {line.round_id: line.reason for line in facts.rounds}
    lines = []
    for unit, failed in index.failed.items():
        for fault in {row.diagnostic: row for row in reversed(failed)}.values():  # the first fault of each
            current = index.current[unit, fault.diagnostic]
            if current.verdict is Verdict.PASS:
                again = _first_pass_after_faults(history.get((unit, fault.diagnostic), ()), current)
                lines.append(_repair(fault, again, names, why))
    return sorted(lines, key=lambda line: (-line.passes_at.timestamp(), line.host, line.diagnostic))


def _issue(
    row: EvidenceRow, index: EvidenceIndex, names: Mapping[str, str], facts: ReportFacts, history: History
) -> IssueLine:
    broken = facts.broken.get(row.result_id, ())
    since = _begun(history.get((row.unit, row.diagnostic), ()), row)
    actions = dict.fromkeys(limit.action for limit in broken if limit.action not in ("", Action.NONE))
    return IssueLine(
        serial=row.unit,
        host=names.get(row.unit, row.unit),
        site=facts.sites.get(row.unit, row.site),
        diagnostic=row.diagnostic,
        parts=list(dict.fromkeys(limit.part for limit in broken)),
        verdict=row.verdict,
        severity=issue_class(row),
        reason=row.reason,
        actions=[in_words(action) for action in actions],
        round=row.round_id,
        at=row.at,
        since=since,
        age_days=round(max(0.0, (index.evidence.now - since).total_seconds()) / _DAY_S, 2),
        sound=index.sound_round(row),
    )


def _by_pair(rows: Sequence[EvidenceRow]) -> History:
    pairs: dict[Pair, list[EvidenceRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r.at, r.result_id)):
        if row.measured is Measured.COMPLETE and row.verdict is not Verdict.NOT_APPLICABLE:
            pairs[row.unit, row.diagnostic].append(row)
    return pairs


def _begun(rows: Sequence[EvidenceRow], current: EvidenceRow) -> datetime:
    """When the fault was first seen without a good result of a sound round after it."""
    begun = current.at
    for row in reversed([row for row in rows if row.at <= current.at]):
        if row.verdict is Verdict.FAIL:
            begun = row.at
        elif row.admissible is True and not row.set_aside:
            break
    return begun


def _first_pass_after_faults(rows: Sequence[EvidenceRow], current: EvidenceRow) -> EvidenceRow:
    """The first good result of a sound round after the last fault."""
    found = current
    for row in reversed(rows):
        if row.verdict is Verdict.FAIL:
            break
        if row.admissible is True and not row.set_aside and row.at <= current.at:
            found = row
    return found


def _repair(fault: EvidenceRow, again: EvidenceRow, names: Mapping[str, str], why: Mapping[str, str]) -> RepairLine:
    return RepairLine(
        serial=fault.unit,
        host=names.get(fault.unit, fault.unit),
        diagnostic=fault.diagnostic,
        severity=issue_class(fault),
        found=fault.reason,
        failed_at=fault.at,
        failed_round=fault.round_id,
        passes_at=again.at,
        passes_round=again.round_id,
        why_retested=why.get(again.round_id, ""),
    )

"""Judges counters that only grow by their change between two looks of one visit.

What a counter holds may be years old, or cleared yesterday; what it gained while the plan ran is this visit's. A
counter that is smaller than before was reset in between: its change is unknown, not negative and not 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import Measured

DELTA = "delta"
WINDOW = "window_s"
SATURATED = "saturated"  # what readers call the list of counters that cannot grow any more


def changed(
    before: ToolReport, after: ToolReport, counters: Sequence[str], window_s: float | None, part: str = ""
) -> ToolReport:
    """One report of two looks: the change of each counter, and the seconds in between.

    ``counters`` are globs over names of facts within ``part``; all other facts are left out, and so is what the
    counters held: that is years old as often as not, and stands in the raw outputs. Where one of the looks gave no
    whole report, nothing can be said of a change, and that report stands for both.
    """
    within = f"{part}." if part else ""
    if not _is_whole(before):
        return before
    if not _is_whole(after):
        return replace(after, errors=tuple(f"asked again: {error}" for error in after.errors))
    facts: dict[str, Fact] = {}
    for name in {**before.facts, **after.facts}:
        if any(fnmatchcase(name, within + glob) for glob in counters):
            facts[f"{name}.{DELTA}"] = change(before.facts, after.facts, name)
    facts[within + WINDOW] = window_s
    return replace(after, facts=facts, findings=tuple(dict.fromkeys((*before.findings, *after.findings))))


def change(before: Mapping[str, Fact], after: Mapping[str, Fact], name: str) -> int | None:
    """How much a counter grew; None where it was not read twice, was reset in between, or stands at its end."""
    owner, _, counter = name.rpartition(".")
    full = after.get(f"{owner}.{SATURATED}")
    if isinstance(full, list) and counter in full:
        return None
    old, new = _count(before.get(name)), _count(after.get(name))
    return None if old is None or new is None or new < old else new - old


def _count(value: Fact) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_whole(report: ToolReport) -> bool:
    return report.status is Measured.COMPLETE and report.complete

"""What is missing, as things that a person can do."""

from collections.abc import Iterable, Sequence

from gatehouse.catalog.values import one_line
from gatehouse.decisions.evidence_index import EvidenceIndex, Pair
from gatehouse.decisions.round_states import RoundState
from gatehouse.decisions.wording import SHOWN, counted, listed
from gatehouse.model.evidence import EvidenceRow
from gatehouse.model.status import Measured

_REASON_MAX = 100


def measure(index: EvidenceIndex, pairs: Iterable[Pair]) -> str:
    """``measure h100-017: nic_link (last try ERROR: no answer); measure h100-018: …``"""
    by_unit: dict[str, list[str]] = {}
    for unit, diagnostic in pairs:
        by_unit.setdefault(unit, []).append(diagnostic)
    shown = [_measure_unit(index, unit, names) for unit, names in list(by_unit.items())[:SHOWN]]
    return listed([*shown, *list(by_unit)[SHOWN:]], between="; ")


def _measure_unit(index: EvidenceIndex, unit: str, diagnostics: Sequence[str]) -> str:
    notes = (_last_try(index, (unit, diagnostic)) for diagnostic in diagnostics)
    note = next((note for note in notes if note), "")
    return f"measure {unit}: {listed(diagnostics)}" + (f" ({note})" if note else "")


def _last_try(index: EvidenceIndex, pair: Pair) -> str:
    """Why the latest attempt does not help; empty where there was none, or where it does."""
    row = index.latest.get(pair)
    if row is None:
        return ""
    if row.measured is not Measured.COMPLETE:
        why = f": {row.reason}" if row.reason else ""
        return one_line(f"last try {row.measured.value}{why}", _REASON_MAX)
    return "" if row.result_id in index.helping else round_problem(index.rounds[row.round_id])


def round_problem(state: RoundState) -> str:
    """``round 7f3a is inadmissible: 40 rows are missing``"""
    if state.admissible is None:
        return f"round {state.round_id} is not judged yet"
    problems = listed((one_line(problem, _REASON_MAX) for problem in state.problems), shown=2)
    return f"round {state.round_id} is inadmissible" + (f": {problems}" if problems else "")


def repair(rows: Iterable[EvidenceRow]) -> str:
    """``repair and retest h100-017: gpu3 temp_c is 97 degC, must be at most 85 degC``"""
    return listed([f"repair and retest {unit}: {why}" for unit, why in _reasons(rows).items()], between="; ")


def find_causes(rows: Iterable[EvidenceRow]) -> str:
    """``find the cause on h100-017: gpu3 temp_c is 97 degC, must be at most 85 degC``"""
    return listed([f"find the cause on {unit}: {why}" for unit, why in _reasons(rows).items()], between="; ")


def _reasons(rows: Iterable[EvidenceRow]) -> dict[str, str]:
    """For each unit the reason of its first row."""
    reasons: dict[str, str] = {}
    for row in rows:
        reasons.setdefault(row.unit, one_line(row.reason or f"{row.diagnostic} failed", _REASON_MAX))
    return reasons


def more_units(need: int, untested: Sequence[str]) -> str:
    """``11 more zero-failure units: measure a, b, c, d, e and 3 more, and add 3 units to the build``"""
    do = []
    if untested:
        do.append(f"measure {listed(untested)}")
    if need > len(untested):
        do.append(f"add {counted(need - len(untested), 'unit')} to the build")
    return f"{counted(need, 'more zero-failure unit')}: {' and '.join(do)}"

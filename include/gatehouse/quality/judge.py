"""The one door: may this round's data be trusted?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from gatehouse.model.status import Measured
from gatehouse.quality.history_data import CheckHistory
from gatehouse.quality.outcome import BrokenRow, Completeness, QualityOutcome, QualityProblem
from gatehouse.quality.round_data import RoundData

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

    from gatehouse.quality.inspection import Answer

__all__ = ["QualityOutcome", "QualityProblem", "judge_round", "problem_of"]

# Which column of a table gives which word of a row that broke an expectation.
_COLUMNS = (("serial",), ("host",), ("diagnostic",), ("part", "key"), ("name", "signature"))


def judge_round(data: RoundData, docs_folder: Path | None) -> QualityOutcome:
    """Put every expectation to a round's data. The order of its rows makes no difference.

    With ``docs_folder``, Data Docs of the judgement are written there, over those of an earlier one: ``index.html``
    for people, and Great Expectations' own pages behind it. They need no network.

    Raises:
        TypeError: a time without zone.
        JudgementError: an expectation could not be evaluated, whatever the data.
        OSError: the Data Docs could not be written.
    """
    from gatehouse.quality.frames import tables_of
    from gatehouse.quality.inspection import Inspection

    tables = tables_of(data)
    # The opening names the run: however often a round is judged, its pages have the same addresses.
    inspection = Inspection(data.round_id, data.opened_at)
    answers = inspection.ask(tables)
    found = [problem_of(answer) for answer in answers if not answer.met]
    problems = tuple(sorted(found, key=lambda problem: not problem.blocking))  # what blocks is told first
    outcome = QualityOutcome(
        admissible=not any(problem.blocking for problem in problems),
        problems=problems,
        checks=len(answers),
        rows=_looked_at(data),
        number=data.number,
        completeness=_completeness(tables["planned"]),
        unproven=_unproven(data, tables["checks"]),
    )
    if docs_folder is None:
        return outcome
    from gatehouse.quality.docs import write_docs

    return write_docs(docs_folder, data, outcome, answers, inspection)


def problem_of(answer: "Answer") -> QualityProblem:
    """What an answer that does not meet its expectation says to people."""
    failed = answer.failed
    broken = sorted(_broken(failed), key=astuple) if "host" in failed.columns else []
    return QualityProblem(
        expectation=answer.expectation.__name__,
        table=answer.expectation.table,
        text=answer.expectation.text(failed),
        serials=tuple(sorted({row.serial for row in broken})),
        rows=len(failed),
        blocking=answer.critical,
        broken=tuple(broken),
    )


def _broken(failed: "pd.DataFrame") -> Iterator[BrokenRow]:
    names = [next((name for name in names if name in failed.columns), None) for names in _COLUMNS]
    for row in zip(*(failed[name].astype("str") if name else repeat("") for name in names), strict=False):
        yield BrokenRow(*row)


def _looked_at(data: RoundData) -> int:
    numbers = len(data.readings) if data.numbers is None else data.numbers
    lists = (data.planned, data.units, data.results, data.findings, data.outputs, data.jobs)
    return numbers + sum(map(len, lists))


def _completeness(planned: "pd.DataFrame") -> Completeness:
    from gatehouse.quality.frames import SET_ASIDE

    states = Counter(planned["state"])
    return Completeness(
        planned=len(planned),
        complete=states[Measured.COMPLETE.value],
        error=states[Measured.ERROR.value],
        skip=states[Measured.SKIP.value],
        set_aside=states[SET_ASIDE],
        missing=int((~planned["recorded"]).sum()),
    )


def _unproven(data: RoundData, checks: "pd.DataFrame") -> tuple[CheckHistory, ...]:
    from gatehouse.quality.rules_of_history import unproven

    return tuple(check for check, found in zip(data.checks, unproven(checks), strict=True) if found)

"""The one door: may this round's data be trusted?"""

from pathlib import Path
from typing import TYPE_CHECKING

from gatehouse.quality.outcome import QualityOutcome, QualityProblem
from gatehouse.quality.round_data import RoundData

if TYPE_CHECKING:
    from gatehouse.quality.inspection import Answer

__all__ = ["QualityOutcome", "QualityProblem", "judge_round", "problem_of"]


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

    # The opening names the run: however often a round is judged, its pages have the same addresses.
    inspection = Inspection(data.round_id, data.opened_at)
    answers = inspection.ask(tables_of(data))
    problems = tuple(problem_of(answer) for answer in answers if not answer.met)
    outcome = QualityOutcome(
        admissible=not any(problem.blocking for problem in problems),
        problems=problems,
        checks=len(answers),
        rows=len(data.planned) + len(data.units) + len(data.results) + len(data.readings),
    )
    if docs_folder is None:
        return outcome
    from gatehouse.quality.docs import write_docs

    return write_docs(docs_folder, data, outcome, answers, inspection)


def problem_of(answer: "Answer") -> QualityProblem:
    """What an answer that does not meet its expectation says to people."""
    failed = answer.failed
    serials = sorted(failed["serial"].astype("str").unique()) if len(failed) else []
    return QualityProblem(
        expectation=answer.expectation.__name__,
        table=answer.expectation.table,
        text=answer.expectation.text(failed),
        serials=tuple(serials),
        rows=len(failed),
        blocking=answer.critical,
    )

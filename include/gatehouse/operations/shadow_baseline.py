"""What a baseline in the shadow would have said: asked from stored readings, whenever somebody wants to know.

Nothing is written, and no verdict is touched.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from gatehouse.catalog.limits import Limit
from gatehouse.catalog.values import is_number
from gatehouse.decisions.baselines.cohorts import Cohort, belongs
from gatehouse.decisions.baselines.shadow import ShadowReport, ShadowRun, shadow_report
from gatehouse.model.errors import RefusedError
from gatehouse.operations.baseline_samples import cohorts_of
from gatehouse.operations.learned_limits import limit_of
from gatehouse.operations.workspace import Workspace
from gatehouse.store import baselines
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.populations import SoundResult, Told, failures_since, readings_of, results_since, sound_since
from gatehouse.store.tables import BaselineRow


def shadow_baseline(workspace: Workspace, baseline_id: int) -> ShadowReport:
    """Hold every sound result that is newer than the shadow against the baseline.

    Raises:
        NotFoundError: there is no such baseline.
        RefusedError: nobody has put it into the shadow.
    """
    with transaction(workspace.engine) as session:
        row = baselines.get(session, baseline_id)
        return report_of(session, row)


def report_of(session: Transaction, row: BaselineRow) -> ShadowReport:
    """The same within a transaction. Of an enforced baseline, the rounds that were filed before it was."""
    since, until = _span(session, row)
    results = [one for one in results_since(session, row.sku, row.diagnostic, since) if not until or one.filed <= until]
    limit, learned_on = limit_of(row.requires), Cohort(**row.cohort)
    told = _by_result(readings_of(session, (one.result_id for one in results), (limit.reading,)))
    cohorts = cohorts_of(session, row.sku, results)
    answers = {one.result_id: belongs(cohorts[one.result_id], learned_on) for one in results}
    compared = [one for one in results if answers[one.result_id] and _judged(limit, told[one.result_id])]
    return shadow_report(
        _runs(session, compared, limit, told, since),
        outside=sum(answer is False for answer in answers.values()),
        unknown=len(results) - len(compared) - sum(answer is False for answer in answers.values()),
    )


def _span(session: Transaction, row: BaselineRow) -> tuple[datetime, datetime | None]:
    moved = {move.state: move.at for move in baselines.moves(session, row.id)}
    if baselines.SHADOW not in moved:
        raise RefusedError(
            f"baseline {row.id} is {row.state}, nobody has put it into the shadow: "
            f"`gatehouse baseline promote {row.id} --who … --reason …`"
        )
    return moved[baselines.SHADOW], moved.get(baselines.ENFORCED)


def _runs(
    session: Transaction, results: Sequence[SoundResult], limit: Limit, told: Mapping[int, Sequence[Told]],
    since: datetime,
) -> Iterable[ShadowRun]:  # fmt: skip
    serials = {one.serial for one in results}
    failed = failures_since(session, serials, since)
    later = sound_since(session, serials, since)
    for one in results:
        ill = any(where == one.round_id or at >= one.at for where, at in failed.get(one.serial, ()))
        yield ShadowRun(
            round_id=one.round_id,
            host=f"{one.host} ({one.serial})",
            alarm=_breaks(limit, told[one.result_id]),
            good=not ill,
            settled=any(where != one.round_id and at > one.at for where, at in later.get(one.serial, ())),
        )


def _judged(limit: Limit, told: Sequence[Told]) -> bool:
    return any(limit.comparable(_value(limit, one)) for one in _of(limit, told))


def _breaks(limit: Limit, told: Sequence[Told]) -> bool:
    values = [_value(limit, one) for one in _of(limit, told)]
    return any(not limit.holds(value) for value in values if limit.comparable(value))


def _value(limit: Limit, one: Told) -> float | str | bool:
    """The stored value in the sort of the limit: yes and no are kept as numbers."""
    asked_yes_or_no = limit.kind == "equals" and isinstance(limit.value, bool)
    return bool(one.value) if asked_yes_or_no and is_number(one.value) else one.value


def _of(limit: Limit, told: Sequence[Told]) -> Sequence[Told]:
    return [one for one in told if fnmatchcase(one.name, limit.reading) and limit.matches(one.part)]


def _by_result(told: Iterable[Told]) -> Mapping[int, Sequence[Told]]:
    found: dict[int, list[Told]] = defaultdict(list)
    for one in told:
        found[one.result_id].append(one)
    return found

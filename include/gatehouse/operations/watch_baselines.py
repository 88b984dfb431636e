"""Learns from every SKU that was measured, and looks into every shadow: what a person should know now."""

from collections.abc import Iterator

from gatehouse.decisions.baselines import Finding
from gatehouse.operations.baseline_lessons import Lesson
from gatehouse.operations.baseline_reach import reach_of
from gatehouse.operations.learn_baselines import LearnRequest, learn_baselines
from gatehouse.operations.shadow_baseline import shadow_baseline
from gatehouse.operations.view_baselines import list_baselines
from gatehouse.operations.workspace import Workspace
from gatehouse.store import baselines
from gatehouse.store.engine import transaction
from gatehouse.store.populations import measured_skus

_GRAVE = (Finding.POISONED, Finding.BEYOND_PHYSICS, Finding.TWO_POPULATIONS)


def watch_baselines(workspace: Workspace, who: str) -> Iterator[str]:
    """Learn what each SKU's physics speaks of, file proposals, and say in lines what deserves a look.

    SKUs that the catalogue does not know any more, that bound nothing, or of which nothing sound was measured are
    passed over. Verdicts and gates are not touched.
    """
    with transaction(workspace.engine) as session:
        measured = measured_skus(session)
    for sku in sorted(measured & {name for name, spec in workspace.catalog.skus.items() if spec.physics}):
        lessons = learn_baselines(workspace, LearnRequest(sku, who), nothing_is_fine=True)
        yield from (line for lesson in lessons.lessons if (line := _line(lesson)))
        yield from (
            f"{sku}: {host} does not tell its {' and '.join(lacks)}" for host, lacks in lessons.left_out.items()
        )
    with transaction(workspace.engine) as session:
        enforced = baselines.baselines(session, states=(baselines.ENFORCED,))
        reaches = [(row, reach_of(session, row)) for row in enforced]
    yield from (f"baseline {row.id} {reach.words}" for row, reach in reaches if reach.others or reach.unknown)
    for one in list_baselines(workspace, state=baselines.SHADOW):
        report = shadow_baseline(workspace, one.id)
        stands = "may gate now" if report.enough else report.missing
        yield f"baseline {one.id} ({one.subject}) in the shadow: {report.words}; {stands}"


def _line(lesson: Lesson) -> str:
    name = f"{lesson.cohort.sku} {lesson.family.diagnostic} {lesson.family.reading}"
    if lesson.outliers or (lesson.learned and lesson.learned.finding in _GRAVE):
        return f"{name}: {lesson.reason}; lies out: {', '.join(lesson.outliers) or 'nobody'}"
    if lesson.baseline and lesson.state == baselines.PROPOSED and lesson.limit:
        return f"{name}: baseline {lesson.baseline} proposes {lesson.limit.required}"
    return ""

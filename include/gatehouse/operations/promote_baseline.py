"""Moves a baseline: proposed → shadow → enforced, or rejected. A person does it, and says why."""

from gatehouse.decisions.baselines import Bound, Physics
from gatehouse.decisions.baselines.bounds import refusal
from gatehouse.decisions.baselines.cohorts import UNTOLD, Cohort
from gatehouse.decisions.baselines.families import physics_of
from gatehouse.model.errors import RefusedError, UsageError
from gatehouse.operations.learned_limits import limit_of
from gatehouse.operations.shadow_baseline import report_of
from gatehouse.operations.workspace import Workspace
from gatehouse.store import baselines
from gatehouse.store.baselines import ENFORCED, PROPOSED, REJECTED, REPLACED, SHADOW
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.tables import BaselineRow

_NEXT = {PROPOSED: SHADOW, SHADOW: ENFORCED}


def promote_baseline(workspace: Workspace, baseline_id: int, who: str, reason: str) -> str:
    """Move a baseline one step on; returns its new state. An enforced one takes the place of the one before it.

    Raises:
        NotFoundError: there is no such baseline.
        UsageError: nobody's name, or no reason.
        RefusedError: it is at its end; or the shadow has not seen enough, its cohort cannot be told, or physics
            forbids it now.
    """
    _named(who, reason)
    with transaction(workspace.engine) as session:
        row = baselines.get(session, baseline_id)
        if row.state not in _NEXT:
            raise RefusedError(f"baseline {row.id} is {row.state}: there is nothing to promote")
        following = _NEXT[row.state]
        if following == ENFORCED:
            _refuse_early(workspace, session, row)
        _move(session, row, following, who, reason)
        if following == ENFORCED:
            for older in baselines.same_question(session, row, (ENFORCED,)):
                baselines.move(session, older, ENFORCED, REPLACED, who, f"baseline {row.id} takes its place: {reason}")
        return following


def reject_baseline(workspace: Workspace, baseline_id: int, who: str, reason: str) -> str:
    """Reject a baseline, also one that is enforced: the next round does not take it along. Returns its new state.

    Raises:
        NotFoundError: there is no such baseline.
        UsageError: nobody's name, or no reason.
        RefusedError: it is rejected or replaced already.
    """
    _named(who, reason)
    with transaction(workspace.engine) as session:
        row = baselines.get(session, baseline_id)
        if row.state in (REJECTED, REPLACED):
            raise RefusedError(f"baseline {row.id} is {row.state} already")
        _move(session, row, REJECTED, who, reason)
        return REJECTED


def _named(who: str, reason: str) -> None:
    if not who.strip():
        raise UsageError("say who decides, with --who")
    if not reason.strip():
        raise UsageError("say why, with --reason")


def _move(session: Transaction, row: BaselineRow, state: str, who: str, reason: str) -> None:
    if not baselines.move(session, row, row.state, state, who.strip(), reason.strip()):
        raise RefusedError(f"somebody else moved baseline {row.id} meanwhile: look at it again")


def _refuse_early(workspace: Workspace, session: Transaction, row: BaselineRow) -> None:
    cohort = Cohort(**row.cohort)
    if cohort.firmware == UNTOLD:
        raise RefusedError(
            f"baseline {row.id} was learned on machines that did not tell their firmware, so nothing says when it no "
            f"longer holds: ask firmware_inventory in the plan and learn anew, or `gatehouse baseline export {row.id}`"
        )
    report = report_of(session, row)
    if not report.enough:
        raise RefusedError(f"baseline {row.id} has not seen enough in the shadow: {report.words}; {report.missing}")
    if said := _physics_now(workspace, row):
        raise RefusedError(f"baseline {row.id} may not be enforced: {said}")


def _physics_now(workspace: Workspace, row: BaselineRow) -> str:
    """What the SKU's physics of today has against it."""
    sku = workspace.catalog.find("SKU", row.sku, workspace.catalog.skus)
    limit = limit_of(row.requires)
    if limit.kind not in ("at_least", "at_most", "between"):
        return ""
    name, part = row.reading.replace("*", "0"), row.parts.replace("*", "0")
    low = limit.value if limit.kind == "at_least" else limit.low if limit.kind == "between" else None
    high = limit.value if limit.kind == "at_most" else limit.high if limit.kind == "between" else None
    own = [each for each in sku.limits if each.diagnostic == row.diagnostic]
    physics: Physics = physics_of(part, name, own, sku.physics)
    if low is not None and physics.floor is not None and low < physics.floor:
        return f"a floor of {low:.6g} is below what a sound part reaches, {physics.floor:.6g} ({physics.source})"
    if high is not None and physics.ceiling is not None and high > physics.ceiling:
        return f"a ceiling of {high:.6g} is above what a sound part keeps, {physics.ceiling:.6g} ({physics.source})"
    return refusal(Bound(low, high), physics)

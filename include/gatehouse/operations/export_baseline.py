"""Writes a baseline as the limit that it is, for a person who moves it into the SKU's file."""

import yaml

from gatehouse.catalog.conditions import Condition
from gatehouse.catalog.limits import Limit
from gatehouse.catalog.sku import Sku
from gatehouse.catalog.values import one_line
from gatehouse.decisions.baselines.cohorts import FIRMWARE_READINGS, Cohort
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.operations.learned_limits import limit_of
from gatehouse.operations.measurable import called, measurable
from gatehouse.operations.workspace import Workspace
from gatehouse.store import baselines
from gatehouse.store.engine import transaction


def export_baseline(workspace: Workspace, baseline_id: int) -> str:
    """A limit's entry as YAML, with remarks on where it comes from and for what it holds.

    It carries a condition on the driver where its diagnostic tells the driver itself; where not, a remark says so.

    Raises:
        NotFoundError: there is no such baseline.
    """
    with transaction(workspace.engine) as session:
        row = baselines.get(session, baseline_id)
        moved = baselines.moves(session, row.id)
    sku = workspace.catalog.find("SKU", row.sku, workspace.catalog.skus)
    cohort, limit = Cohort(**row.cohort), limit_of(row.requires)
    condition = _condition(workspace, sku, limit, cohort)
    source = f"baseline {row.id}: {limit.source}"
    limit = limit.model_copy(update={"source": source, "when": condition, "baseline": row.id})
    entry = yaml.safe_dump(
        [limit.model_dump(mode="json", exclude_defaults=True)], sort_keys=False, allow_unicode=True, width=110
    )
    remarks = [
        f"for the limits of skus/{row.sku}.yaml; learned on {cohort.words}",
        *(f"{move.state} by {move.who} on {move.at:%Y-%m-%d}: {move.reason}" for move in moved),
    ]
    if condition is None:
        remarks.append(f"{row.diagnostic} does not tell the driver: as a limit it holds for every firmware")
    lines = "".join(f"# {one_line(remark, 400)}\n" for remark in remarks)
    return lines + entry


def _condition(workspace: Workspace, sku: Sku, limit: Limit, cohort: Cohort) -> Condition | None:
    told = dict(part.split(" ", 1) for part in (cohort.firmware or "").split(", ") if " " in part)
    known = known_diagnostics(workspace.catalog.diagnostics)[limit.diagnostic]
    given = measurable(known, sku.vendor, workspace.catalog.diagnostics.get(limit.diagnostic))
    for name in FIRMWARE_READINGS:
        version = told.get(name, "")
        if version and not set(version) & set("+*?[") and called(name, given):
            return Condition(reading=name, matches=version, sample=version)
    return None

"""Opens rounds of what is worth running on some hosts now: one round for all hosts that need the same.

Such rounds stand outside every phase: a part of a plan is never a phase's evidence.
"""

from collections.abc import Sequence

from gatehouse.model.hosts import Host
from gatehouse.operations.open_round import open_adhoc_round
from gatehouse.operations.select_diagnostics import FleetSelection
from gatehouse.operations.workspace import Workspace


def open_selected_rounds(
    workspace: Workspace, selection: FleetSelection, hosts: Sequence[Host], who: str, reason: str = ""
) -> tuple[str, ...]:
    """The ids of the rounds, opened and not yet measured; none where nothing is worth running on any host.

    Each round's reason tells what was left out, and at which risk.
    """
    by_serial = {host.serial: host for host in hosts}
    groups: dict[frozenset[str], list[str]] = {}
    for each in selection.hosts:
        if each.diagnostics:
            groups.setdefault(each.diagnostics, []).append(each.serial)
    chosen = {each.serial: each.choice for each in selection.hosts}
    opened = []
    for diagnostics, serials in groups.items():
        planned = len(workspace.catalog.plans[selection.plan].diagnostics)
        accepted, stake = (sum(getattr(chosen[s], name) for s in serials) for name in ("accepted", "at_stake"))
        why = (
            f"selected {len(diagnostics)} of {planned} diagnostics; {accepted:.2f} of {stake:.2f} server-hours accepted"
        )
        units = [by_serial[serial] for serial in serials]
        said = f"{reason}; {why}" if reason else why
        opened.append(open_adhoc_round(workspace, selection.plan, units, who, said, only=diagnostics))
    return tuple(opened)

"""One plan asked of one lab host without a network: the commands, readers, limits and policy of a real visit."""

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from lab_driving import NOW_S, collect, lab_host

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.catalog.plan import Plan, PlannedDiagnostic
from gatehouse.lab.host import LabHost
from gatehouse.lab.tools.registry import installed, start
from gatehouse.model.commands import Completed, Ended
from gatehouse.model.hosts import Endpoint, Host
from gatehouse.model.results import Result
from gatehouse.operations.ask_plan import AskedCommand, commands_for
from gatehouse.operations.open_round import RoundSpec
from gatehouse.operations.read_bmc import over_ssh
from gatehouse.operations.read_visit import read_visit
from gatehouse.store.raw import RawStore
from gatehouse.transport.session import HostSession


@cache
def catalog() -> Catalog:
    """What is shipped."""
    return Catalog((SHIPPED,))


def results(host: LabHost, plan: Plan) -> dict[str, Result]:
    """What each diagnostic of a plan says of a host; each command is a look of its own, a second apart."""
    sku_name = host.planned.profile.sku
    asked = over_ssh(commands_for(plan.diagnostics, catalog().skus[sku_name]))
    session = HostSession(tuple(_completed(host, each, number) for number, each in enumerate(asked)))
    spec = RoundSpec("test", plan, {sku_name: catalog().skus[sku_name]}, catalog().policies["default"])
    unit = Host(host.name, host.planned.serial, sku_name, "lab", "test", "EVT", Endpoint("127.0.0.1", 22, ""), "lab")
    with tempfile.TemporaryDirectory() as folder:
        visit = read_visit(unit, asked, session, None, spec, RawStore(Path(folder)))
    return {result.diagnostic: result for result in visit.results}


def result(name: str, diagnostic: str, level: int | None = None, **fault: object) -> Result:
    """What one diagnostic says of a host that has that fault."""
    params = {} if level is None else {"level": float(level)}
    plan = Plan(title="test", diagnostics=(PlannedDiagnostic(diagnostic=diagnostic, params=params),))
    return results(lab_host(name, **fault), plan)[diagnostic]


def _completed(host: LabHost, asked: AskedCommand, number: int) -> Completed:
    machine, command = host.look(), asked.command
    at = datetime.fromtimestamp(NOW_S + number, UTC)
    if not installed(machine, command.argv[0]):
        return Completed(command, Ended.MISSING, started_at=at)
    said = collect(start(machine, "gatehouse", command.argv, command.root))
    return Completed(command, Ended.EXITED, said.code, said.out.encode(), said.err.encode(), at, said.waited_s)

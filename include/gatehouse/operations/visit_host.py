"""One visit to a host: its SSH session and, where the plan asks for it, its BMC, side by side.

Each is reached by a way of its own, so that a BMC that hangs never hides what the host said, nor the other way round.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gatehouse.model.commands import Command
from gatehouse.model.hosts import BmcLogin, Host, Login
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.operations.read_bmc import of_bmc, over_ssh, without_bmc
from gatehouse.transport.bmc_session import BmcSession
from gatehouse.transport.redfish import fetch_resources
from gatehouse.transport.session import HostSession

Visit = tuple[HostSession, BmcSession | None]


def visit_host(
    host: Host, asked: Sequence[AskedCommand], login: Login, bmc_login: BmcLogin | None,
    run: Callable[..., HostSession],
) -> Visit:  # fmt: skip
    """Everything that a plan asks of a host; ``run`` is how its commands are run by SSH.

    A plan that asks only the BMC opens no SSH session: it is for hosts that are down, too.
    """
    commands = [one.command for one in over_ssh(asked)]
    resources = [one.command for one in of_bmc(asked)]
    if not resources:
        return run(host.endpoint, login, commands), None
    if host.bmc is None or bmc_login is None:
        return _by_ssh(host, login, commands, run), without_bmc(asked)
    if not commands:
        return HostSession(()), fetch_resources(host.bmc, bmc_login, resources)
    with ThreadPoolExecutor(max_workers=1) as beside:
        bmc = beside.submit(fetch_resources, host.bmc, bmc_login, resources)
        session = run(host.endpoint, login, commands)
        return session, bmc.result()


def _by_ssh(host: Host, login: Login, commands: Sequence[Command], run: Callable[..., HostSession]) -> HostSession:
    return run(host.endpoint, login, commands) if commands else HostSession(())

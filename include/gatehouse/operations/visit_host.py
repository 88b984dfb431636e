"""One visit to a host: its SSH session and, where the plan asks for it, its BMC.

Each is reached by a way of its own, so that a BMC that hangs never hides what the host said, nor the other way round.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from gatehouse.model.commands import Ended
from gatehouse.model.hosts import Bmc, BmcLogin, Host
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.operations.read_bmc import without_bmc
from gatehouse.transport.bmc_session import BmcSession
from gatehouse.transport.redfish import fetch_resources
from gatehouse.transport.session import HostSession

Visit = tuple[HostSession, BmcSession | None]


def visit_host(
    host: Host, by_ssh: Callable[[], HostSession] | None, of_bmc: Sequence[AskedCommand],
    bmc_logins: Mapping[str, BmcLogin], *, after_jobs: bool = False,
) -> Visit:  # fmt: skip
    """Everything that a plan asks of a host. ``by_ssh`` runs its commands; None opens no SSH session: a plan that
    asks only the BMC is for hosts that are down, too.

    Both go side by side. ``after_jobs`` asks the BMC when the host's long job has ended, and not before.
    """
    if not of_bmc:
        return _session(by_ssh), None
    if host.bmc is None:
        return _session(by_ssh), without_bmc(of_bmc)
    bmc, login = host.bmc, bmc_logins[host.bmc.connection]
    if by_ssh is None:
        return HostSession(()), _fetched(bmc, login, of_bmc)
    if after_jobs:
        session = by_ssh()
        goes_on = any(said.ended is Ended.RUNNING for said in session.completed)
        return session, None if goes_on else _fetched(bmc, login, of_bmc)
    with ThreadPoolExecutor(max_workers=1) as beside:
        fetched = beside.submit(_fetched, bmc, login, of_bmc)
        return by_ssh(), fetched.result()


def _session(by_ssh: Callable[[], HostSession] | None) -> HostSession:
    return by_ssh() if by_ssh else HostSession(())


def _fetched(bmc: Bmc, login: BmcLogin, asked: Sequence[AskedCommand]) -> BmcSession:
    return fetch_resources(bmc, login, [one.command for one in asked])

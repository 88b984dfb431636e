"""Sets the demo's stage: a fresh store, the fleet, this machine in the catalogue, the stack."""

import contextlib
import os
import socket
from collections.abc import Callable

from gatehouse.lab.client import LabClient
from gatehouse.local import postgres, stack
from gatehouse.local.airflow_home import Settings
from gatehouse.local.errors import LocalStackError, PortBusyError
from gatehouse.local.home import Home
from gatehouse.local.room import check_disk, check_memory, check_port
from gatehouse.local.this_machine_catalog import write_this_machine
from gatehouse.store.engine import migrate, open_store

FLEET = (
    "h100-8x:EVT:10", "h100-8x:DVT:60", "h100-8x:PVT:100", "h100-8x:RAMP:20",
    "gaudi3-8x:EVT:10", "mi300x-8x:EVT:10",
)  # fmt: skip
SCENARIO = "demo"
LAB_PORT = 2222
LAB_PORTS = 50
LAB_LIMIT_S = 60.0


def set_stage(place: Home, port: int, say: Callable[[str], None]) -> None:
    """Bring everything up for a story that begins at its beginning.

    Raises:
        LocalStackError: this home holds work that is not the demo's, or the machine cannot take the stack.
    """
    if os.environ.get(postgres.EXTERNAL):
        raise LocalStackError(f"the demo empties its databases, so it uses none but its own: unset {postgres.EXTERNAL}")
    place.make()
    if stack.down(place):
        say("stopped what was left of an earlier run")
    check_disk(place)
    check_memory()
    check_port(port)
    server = postgres.start(place)
    _forget_the_last_demo(place, server, say)
    migrate(open_store(server.url("gatehouse")))
    say("PostgreSQL is up, the store has its tables")
    postgres.stop(place)
    write_this_machine(place.catalog)
    arguments = [word for batch in FLEET for word in ("--fleet", batch)]
    arguments += [
        "--this-machine",
        "--scenario",
        SCENARIO,
        "--fresh",
        "--state",
        str(place.lab),
        "--port",
        str(_free_lab_port()),
    ]
    stack.up(place, Settings(port=port), tuple(arguments), say)
    status = LabClient(place.lab).wait_until_ready(LAB_LIMIT_S)
    say(f"the lab is up: {status['hosts']} hosts on real SSH, {status['faults']} of them with a fault")


def _free_lab_port() -> int:
    """The lab's usual port, or the next one that is taken on no address of this machine.

    Raises:
        PortBusyError: so many are taken that something else is wrong.
    """
    for port in range(LAB_PORT, LAB_PORT + LAB_PORTS):
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("", port))  # every address: a fleet lives on hundreds of them
            return port
    raise PortBusyError(f"ports {LAB_PORT} to {LAB_PORT + LAB_PORTS - 1} are all taken: other labs run; stop them")


def _forget_the_last_demo(place: Home, server: postgres.Server, say: Callable[[str], None]) -> None:
    """The story needs an empty store. A store that the demo did not fill is never emptied."""
    marker = place.run / "demo"
    if not marker.exists() and _holds_work(server):
        raise LocalStackError(
            f"{place.root} holds work that is not the demo's, and the demo begins with an empty store: "
            "set GATEHOUSE_HOME to another folder for the demo"
        )
    if marker.exists():
        say("the last demo's data is dropped: the story begins anew")
    for name in postgres.DATABASES:
        server.drop_database(name)
        server.create_database(name)
    marker.touch()


def _holds_work(server: postgres.Server) -> bool:
    with contextlib.closing(server.connect("gatehouse")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('round') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM round)")
        return bool(cursor.fetchone()[0])

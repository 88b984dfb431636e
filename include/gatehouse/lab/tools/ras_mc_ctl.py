"""ras-mc-ctl: what rasdaemon counted, by ``--summary``."""

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_NOTHING_ELSE = "No PCIe AER errors.\n\nNo ARM processor errors.\n\nNo Extlog errors.\n\nNo devlink errors.\n\n"


@tool("ras-mc-ctl")
def ras_mc_ctl(call: Call) -> Steps:
    """``--summary``; the database is root's."""
    if call.args != ("--summary",):
        word = call.args[0] if call.args else ""
        return say(stderr=f"Unknown option: {word.lstrip('-')}\nUsage: ras-mc-ctl [OPTIONS...]\n", exit_code=2)
    if not call.root:
        return say(
            stderr="DBI connect('dbname=/var/lib/rasdaemon/ras-mc_event.db',...) failed: unable to open database file "
            "(Permission denied)\n",
            exit_code=13,
        )
    return say(f"{_memory(call.machine)}\n{_NOTHING_ELSE}{_machine_checks(call.machine)}")


def _memory(machine: Machine) -> str:
    rows = [
        f"\t{kind} on DIMM Label(s): 'DIMM_{dimm.locator}' location: {dimm.node}:{dimm.channel}:{dimm.slot}:-1 "
        f"errors: {count}\n"
        for dimm in machine.dimms
        for kind, count in (("Corrected", dimm.correctable), ("Uncorrected", dimm.uncorrectable))
        if count
    ]
    return "Memory controller events summary:\n" + "".join(rows) if rows else "No Memory errors.\n"


def _machine_checks(machine: Machine) -> str:
    count = machine.cpu.machine_checks
    return f"MCE records summary:\n\t{count} Uncorrected error in bank 5 errors\n" if count else "No MCE errors.\n"

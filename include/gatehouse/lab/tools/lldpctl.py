"""lldpctl: the switch port at the other end of each Ethernet cable, as JSON."""

import json

from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Nic
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

Json = dict[str, object]
_FAST_MBPS = 100_000


@tool("lldpctl")
def lldpctl(call: Call) -> Steps:
    """``-f json``; the daemon's socket is root's."""
    if call.args != ("-f", "json"):
        return say(stderr="lldpctl: only -f json is simulated\n", exit_code=1)
    if not call.root:
        why = "unable to connect to socket /var/run/lldpd.socket: Permission denied"
        return say(stderr=f"2026-01-01T00:00:00 [WARN/control] {why}\n", exit_code=1)
    found: list[Json] = [
        {nic.name: _neighbour(call.machine, nic)}
        for nic in call.machine.nics
        if nic.present and nic.up and nic.profile.link_layer == "Ethernet"
    ]
    tree: Json = {"interface": found[0] if len(found) == 1 else found} if found else {}
    return say(json.dumps({"lldp": tree}, indent=2) + "\n")


def _neighbour(machine: Machine, nic: Nic) -> Json:
    rail = f"leaf-{nic.index - 1:02d}" if nic.profile.speed_mbps >= _FAST_MBPS else "mgmt-01"
    where = number(machine.serial, "rack") % 32 + 1
    return {
        "via": "LLDP",
        "rid": "1",
        "age": "4 days, 02:11:04",
        "chassis": {
            rail: {
                "id": {"type": "mac", "value": f"02:6a:1c:d1:00:{nic.index:02x}"},
                "descr": "Gatehouse Labs switch",
                "mgmt-ip": f"10.254.0.{nic.index + 1}",
            }
        },
        "port": {
            "id": {"type": "ifname", "value": f"swp{where}"},
            "descr": machine.name,
            "ttl": "120",
        },
    }

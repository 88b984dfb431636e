"""ip: ``-br link`` and plain ``link``."""

from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say


@tool("ip")
def ip(call: Call) -> Steps:
    """The links of the host."""
    args = [arg for arg in call.args if arg not in ("show", "-o")]
    brief = bool(args) and args[0] in ("-br", "-brief")
    words = args[1:] if brief else args
    if words[:1] not in (["link"], ["l"]) or len(words) > 2:
        word = words[0] if words else ""
        return say(stderr=f'Object "{word}" is unknown, try "ip help".\n', exit_code=1)
    nics = [nic for nic in call.machine.nics if nic.present and words[1:] in ([], [nic.name])]
    if words[1:] and not nics:
        return say(stderr=f'Device "{words[1]}" does not exist.\n', exit_code=1)
    lines = [] if words[1:] else [_LO_BRIEF if brief else _LO]
    for nic in nics:
        state = "UP" if nic.up else "DOWN"
        flags = "BROADCAST,MULTICAST,UP,LOWER_UP" if nic.up else "NO-CARRIER,BROADCAST,MULTICAST,UP"
        if brief:
            lines.append(f"{nic.name:<16} {state:<14} {nic.mac} <{flags}> \n")
        else:
            lines.append(
                f"{nic.index + 2}: {nic.name}: <{flags}> mtu 9000 qdisc mq state {state} mode DEFAULT group default "
                "qlen 1000\n"
                f"    link/ether {nic.mac} brd ff:ff:ff:ff:ff:ff\n"
            )
    return say("".join(lines))


_LO_BRIEF = "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \n"
_LO = (
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n"
    "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
)

"""Network ports in the kernel log: links lost and gained, as drivers, bonding and systemd-networkd tell it; adapters
and modules in trouble.

A port that loses its link once at start-up is no fault; one that loses it again, or has it no more, is.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import CUT, END, KernelLog, Record
from gatehouse.vendors.pci_address import PATTERN, pci_part

_CARRIER = re.compile(rf"^([\w@.-]{{1,32}}): ([Ll]ost|[Gg]ained) carrier{CUT}?$")
_LINK = re.compile(r"(?:^|[\s:])([A-Za-z][\w@.-]{1,31}):? (?:NIC )?[Ll]ink (?:is )?([Dd]own|[Uu]p|DOWN|UP)\b")
_RDMA_PORT = re.compile(
    rf"(?:^|\s)([A-Za-z][\w-]{{1,31}}): [Pp]ort:? (\d{{1,3}}){END} [Ll]ink (DOWN|ACTIVE|[Dd]own|[Aa]ctive)\b"
)
_BOND = re.compile(r"(bond[\w.-]{0,16}|team\d{1,3}): .{0,40}link status definitely (down|up)")
_BOND_LOST = re.compile(r"(bond[\w.-]{0,16}): .{0,20}now running without any active interface")
# pciehp's slots and other buses have links, too; virtual interfaces come and go with containers.
_NO_PORT = re.compile(
    r"^(?:veth|cali|docker|br-|virbr|tap|tun|lo$|flannel|cni|cilium|lxc|vnet|wg|ata\d|SATA$|link$|pciehp)"
)
_MODULE = re.compile(rf"Port module event(?:\[error\])?: module (\d{{1,3}}){END}, Cable (plugged|unplugged|error)(.*)")
_WORDS = ("mlx5", "mlx4", "bnxt", "NETDEV WATCHDOG", "i40e", "ice ", "ixgbe", "infiniband")
_OTHER = tuple(
    (signature, re.compile(pattern))
    for signature, pattern in (
        ("nic.health", r"mlx5_core .{0,80}(?:health compromised|assert_exit_ptr|synd 0x[0-9a-f]+: )"),
        (
            "nic.health",
            r"mlx[45]_core .{0,80}(?:Fatal error \d|[Ee]ntered error state|handling bad device|internal error)",
        ),
        (
            "nic.health",
            r"(?:bnxt_en|ice|i40e) .{0,80}(?:[Ff]irmware (?:fatal|not responding|hang|assert)|Recovery failed)",
        ),
        ("nic.temperature", r"mlx5_core .{0,120}High [Tt]emperature"),
        ("nic.firmware", r"mlx5_cmd_out_err.{0,120}failed"),
        ("nic.firmware_timeout", r"mlx5_core .{0,80}(?:wait_func|timeout\. Will cause a leak)"),
        ("nic.queue", r"(?:CQ error on CQN|[Qq]ueue catastrophic|local QP .{0,20}catas)"),
        ("nic.tx_timeout", r"NETDEV WATCHDOG: .{0,60}transmit queue \d{1,5} timed out|TX timeout detected"),
    )
)


@dataclass(slots=True)
class _Port:
    """What befell one port's link, in order, as one source tells it."""

    lost: list[Record] = field(default_factory=list)
    gained: list[Record] = field(default_factory=list)
    up: bool | None = None


def note_network(log: KernelLog, gathered: Gathered) -> None:
    """Losses and gains of links, over all ports and by port; modules and adapters."""
    ports, ib_ports = _ports(log)
    lost = [record for port in ports.values() for record in port.lost]
    gathered.fact("lost_carrier_events", len(lost))
    gathered.fact("gained_carrier_events", sum(len(port.gained) for port in ports.values()))
    if lost:
        gathered.facts.setdefault("device", next(iter(ports)))
        gathered.fact("first_event", next(record.time for port in ports.values() for record in port.lost))
        times = [record.time for record in lost]
        gathered.fact("lost_burst_at", max(times, key=times.count))
        gathered.fact("last_event", times[-1])
    if ib_ports:
        gathered.fact("ib_port_down_events", sum(len(port.lost) for port in ib_ports.values()))
    for name, port in (ports | ib_ports).items():
        _note_port(log, gathered, name, port)
    _note_bonds(log, gathered)
    _note_modules(log, gathered)
    for record in log.mentioning(*_WORDS):
        for signature, pattern in _OTHER:
            if pattern.search(record.message):
                log.fault(record)
                gathered.found(FindingClass.HARDWARE, _part(record), signature, record.message)


def _ports(log: KernelLog) -> tuple[dict[str, _Port], dict[str, _Port]]:
    """Network and InfiniBand ports by name. Of an interface that driver and networkd both tell of, one account counts:
    the fuller one, or the driver's."""
    told: dict[str, dict[bool, _Port]] = defaultdict(lambda: defaultdict(_Port))
    for record in log.records:
        event = _link_event(record)
        if event is not None:
            name, is_up = event
            port = told[name][record.from_kernel]
            (port.gained if is_up else port.lost).append(record)
            port.up = is_up
    ports = {
        name: max((port for _, port in sorted(by.items(), reverse=True)), key=lambda p: len(p.lost) + len(p.gained))
        for name, by in told.items()
    }
    ib_ports = {name: port for name, port in ports.items() if ".port" in name}
    return {name: port for name, port in ports.items() if name not in ib_ports}, ib_ports


def _link_event(record: Record) -> tuple[str, bool] | None:
    """The port that a record tells of, and whether it is up now."""
    message = record.message
    if not any(word in message for word in ("carrier", "ink ")):
        return None
    if (match := _CARRIER.match(message)) is not None:
        name, is_up = match[1], match[2].lower() == "gained"
    elif not record.from_kernel:
        return None
    elif (match := _RDMA_PORT.search(message)) is not None:
        return f"{match[1]}.port{match[2]}", match[3].lower() == "active"
    elif (match := _LINK.search(message)) is not None:
        name, is_up = match[1], match[2].lower() == "up"
    else:
        return None
    return None if _NO_PORT.match(name) else (name, is_up)


def _note_port(log: KernelLog, gathered: Gathered, name: str, port: _Port) -> None:
    gathered.fact(f"{name}.link.lost", len(port.lost))
    gathered.total(f"{name}.link.last_up", port.up)
    if len(port.lost) > 1:
        text = f"{name} lost its link {len(port.lost)} times, first at {port.lost[0].time}"
        gathered.found(FindingClass.HARDWARE, name, "link.flap", text)
        for record in port.lost:
            log.fault(record)
    if port.lost and port.gained and port.up is False:
        gathered.found(FindingClass.HARDWARE, name, "link.down", f"{name} lost its link and did not get it back")


def _note_bonds(log: KernelLog, gathered: Gathered) -> None:
    """Bonding repeats what the ports' drivers say, so that only a bond without any port is a finding of its own."""
    down = 0
    for record in log.whole_mentioning("bond", "team"):
        if (status := _BOND.search(record.message)) is not None:
            down += status[2] == "down"
        elif (lost := _BOND_LOST.search(record.message)) is not None:
            log.fault(record)
            gathered.found(FindingClass.HARDWARE, lost[1], "bond.lost", record.message)
    if down:
        gathered.fact("bond_down_events", down)


def _note_modules(log: KernelLog, gathered: Gathered) -> None:
    """A cage that is empty from the start is none; a module that was there and goes, or that reports an error, is."""
    there: set[str] = set()
    for record in log.whole_mentioning("Port module event"):
        match = _MODULE.search(record.message)
        if match is None:
            continue
        place = f"{_part(record)} module {match[1]}"
        if match[2] == "plugged":
            there.add(place)
        elif match[2] == "error" and "emperature" not in match[3]:
            log.fault(record)
            gathered.found(FindingClass.HARDWARE, _part(record), "nic.module", record.message)
        elif match[2] == "unplugged" and place in there:
            log.fault(record)
            gathered.found(FindingClass.HARDWARE, _part(record), "nic.unplugged", record.message)


def _part(record: Record) -> str:
    match = re.search(PATTERN, record.message)
    return pci_part(match[0]) if match else "host"

"""Links of network ports in the kernel log: lost and gained, as drivers and systemd-networkd tell it.

A port that loses its link once at start-up is no fault; one that loses it again, or has it no more, is.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import CUT, KernelLog, Record

_CARRIER = re.compile(rf"^([\w@.-]{{1,32}}): ([Ll]ost|[Gg]ained) carrier{CUT}?$")
_LINK = re.compile(r"(?:^|[\s:])([\w@.-]{2,32}):? (?:NIC )?[Ll]ink (?:is )?([Dd]own|[Uu]p)\b")
_VIRTUAL = re.compile(r"^(?:veth|cali|docker|br-|virbr|tap|tun|lo$|flannel|cni|cilium|lxc|vnet|wg)")
_OTHER = (
    ("nic.health", re.compile(r"mlx5_core .{0,80}(?:health compromised|assert_exit_ptr|synd 0x[0-9a-f]+: )")),
    ("nic.temperature", re.compile(r"mlx5_core .{0,120}High [Tt]emperature")),
    ("nic.firmware", re.compile(r"mlx5_cmd_out_err.{0,120}failed")),
)


@dataclass(slots=True)
class _Port:
    """What befell one port's link, in order."""

    lost: list[Record] = field(default_factory=list)
    gained: list[Record] = field(default_factory=list)
    up: bool | None = None


def note_network(log: KernelLog, gathered: Gathered) -> None:
    """Losses and gains of links, over all ports and by port."""
    ports: dict[str, _Port] = defaultdict(_Port)
    for record in log.records:
        message = record.message
        if "carrier" in message or "ink is " in message or "ink down" in message or "ink up" in message:
            match = _CARRIER.match(message) or (_LINK.search(message) if record.from_kernel else None)
            if match is not None and not _VIRTUAL.match(match[1]):
                _add(ports[match[1]], record, match[2].lower())
    lost = [record for port in ports.values() for record in port.lost]
    gathered.fact("lost_carrier_events", len(lost))
    gathered.fact("gained_carrier_events", sum(len(port.gained) for port in ports.values()))
    if lost:
        gathered.facts.setdefault("device", next(iter(ports)))
        gathered.fact("first_event", next(record.time for port in ports.values() for record in port.lost))
        times = [record.time for record in lost]
        gathered.fact("lost_burst_at", max(times, key=times.count))
    for name, port in ports.items():
        _note_port(log, gathered, name, port)
    for record in log.mentioning("mlx5"):
        for signature, pattern in _OTHER:
            if pattern.search(record.message):
                log.fault(record)
                gathered.found(FindingClass.HARDWARE, _interface(record), signature, record.message)


def _add(port: _Port, record: Record, word: str) -> None:
    is_up = word in ("gained", "up")
    (port.gained if is_up else port.lost).append(record)
    port.up = is_up


def _note_port(log: KernelLog, gathered: Gathered, name: str, port: _Port) -> None:
    gathered.fact(f"{name}.link.lost", len(port.lost))
    if len(port.lost) > 1:
        text = f"{name} lost its link {len(port.lost)} times, first at {port.lost[0].time}"
        gathered.found(FindingClass.HARDWARE, name, "link.flap", text)
        for record in port.lost:
            log.fault(record)
    if port.lost and port.gained and port.up is False:
        gathered.found(FindingClass.HARDWARE, name, "link.down", f"{name} lost its link and did not get it back")


def _interface(record: Record) -> str:
    match = re.search(r"mlx5_core ([0-9a-f:.]{7,16})", record.message)
    return match[1].rstrip(":.") if match else "host"

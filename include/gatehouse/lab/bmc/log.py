"""The BMC's event log as Redfish: the records that ipmitool shows too."""

import re

from gatehouse.lab.bmc.documents import Document, link, resource, status
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import SelEntry
from gatehouse.lab.tools.clock import moment

_GRAVE = re.compile(r"\b(?:lost|failed|failure|Critical|Uncorrectable)\b")


def service(path: str) -> Document:
    """The SEL's log service."""
    return resource("LogService", "v1_6_0", Name="System Event Log", Entries=link(f"{path}/Entries"), Status=status())


def entries(machine: Machine, path: str) -> Document:
    """Every record, the oldest first, as collections of log entries are: with the entries inside."""
    members = [_entry(machine, number, one, path) for number, one in enumerate(machine.bmc.records, start=1)]
    kind = "LogEntryCollection"
    return {
        "@odata.type": f"#{kind}.{kind}",
        "@odata.id": path,
        "Name": "Log entries",
        "Members@odata.count": len(members),
        "Members": members,
    }


def _entry(machine: Machine, number: int, record: SelEntry, path: str) -> Document:
    at_s = record.at_s if record.at_s is not None and machine.bmc.clock_set else number * 7.0
    grave = record.asserted and _GRAVE.search(record.event)
    return resource(
        "LogEntry",
        "v1_15_0",
        f"{path}/{number}",
        Id=str(number),
        Name=f"Entry {number}",
        EntryType="SEL",
        Severity="Critical" if grave else "OK",
        Created=f"{moment(at_s):%Y-%m-%dT%H:%M:%SZ}",
        Message=f"{record.sensor}: {record.event}",
    )

"""Writes the machine that the demo runs on into the catalogue: a SKU as it was found, and a program for it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gatehouse.lab.plan import THIS_MACHINE
from gatehouse.lab.this_machine import ThisMachine, discover

_FOUND = "as this machine was found when the demo started"
_MEMORY_SLACK_MIB = 64
_PLANNED = timedelta(weeks=4)  # published plans give EVT 4 to 6 weeks


def write_this_machine(folder: Path) -> None:
    """Write SKU and program of this machine under ``folder``."""
    found = discover()
    for kind, document in (("skus", _sku(found)), ("programs", _program())):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (folder / kind / f"{THIS_MACHINE}.yaml").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _sku(found: ThisMachine) -> dict[str, object]:
    """JSON is YAML: what is written is a plain SKU file."""
    return {
        "title": f"This machine: {found.model}, {found.cpu_model}",
        "vendor": "none",
        "kind": "CPU",
        "disks": list(found.disks),
        "nics": list(found.nics),
        "limits": [
            _limit(
                "identity_bom", "equals", "cpus", "blocker", found.cpus, found.cpus + 1, parts="host", source=_FOUND,
            ),
            _limit(
                "identity_bom", "at_least", "mem.total_mib", "blocker", found.memory_mib - _MEMORY_SLACK_MIB,
                found.memory_mib // 2, source=_FOUND,
            ),
            _limit("cpu_stress", "equals", "completed", "blocker", True, False, source="stress-ng: the run completed"),
            _limit("memory_stress", "equals", "status", "blocker", "PASS", "FAIL", source="stressapptest's verdict"),
            _limit("storage_rw", "at_most", "error", "blocker", 0, 84, parts="job*", source="fio verify"),
            _limit("storage_health", "equals", "health.passed", "blocker", True, False, parts="disk*", source="SMART"),
            _limit("nic_link", "equals", "link", "major", True, False, parts="nic*", source=_FOUND),
        ],
    }  # fmt: skip


def _limit(
    diagnostic: str,
    kind: str,
    reading: str,
    severity: str,
    value: object,
    bad: object,
    *,
    source: str,
    parts: str = "*",
) -> dict[str, object]:
    return {
        "diagnostic": diagnostic,
        "kind": kind,
        "reading": reading,
        "parts": parts,
        "value": value,
        "good": value,
        "bad": bad,
        "severity": severity,
        "action": "DEEP_DIAG",
        "source": source,
    }


def _program() -> dict[str, object]:
    today = datetime.now(UTC).date()
    days = {"planned_entry": f"{today}", "planned_exit": f"{today + _PLANNED}"}
    return {
        "title": "This machine, over the same SSH path",
        "sku": THIS_MACHINE,
        "owner": "whoever runs the demo",
        "sites": ["lab"],
        "phases": {"EVT": {"plan": "host-check", "criteria": "evt", "planned_units": 10, **days}},
    }

"""Entries of a Redfish log service: what the BMC noted, and which of it is a fault.

Severity alone does not tell: HGX BMCs log every message of a switch as Critical, ``SXID 0 … server is online`` at each
start too. SXid 0 is no error code, and of the others only the fatal ones ask for recovery (NVIDIA Fabric Manager guide,
SXid errors). Warnings are faults only where their words say that something was lost or failed.
"""

import re
from collections import Counter
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at

_SXID = re.compile(r"\bSXID (\d{1,6})\b", re.IGNORECASE)
_FATAL_SXID = re.compile(r"(?<!non-)\bfatal\b|\bSeverity 1\b", re.IGNORECASE)
_XID = re.compile(r"(?<!S)\bXID (\d{1,6})\b", re.IGNORECASE)
_COMPONENT = re.compile(r"\b([A-Z][A-Za-z]{1,20}(?:_[A-Za-z]{1,12})?_\d{1,3})\b")
_GRAVE_WORDS = re.compile(
    r"(?<!no )\b(?:loss|lost|failed|failure|fault|degraded|uncorrectable|predictive|recovery mode|"
    r"has detected errors)\b",
    re.IGNORECASE,
)
_TEST_EVENT = re.compile(r"EVENT_LISTENER_TEST|\btest (?:event|message)\b", re.IGNORECASE)
_MAX_ENTRIES = 5_000


def note_entries(draft: Draft, entries: list[Any]) -> None:
    """Entries in the order of the document, ``e0`` …, counts by severity, and how many are faults."""
    draft.fact("entries", len(entries))
    severities = Counter(_severity(entry) or "none" for entry in entries)
    for severity, count in severities.items():
        draft.fact(f"severity.{severity[:40]}", count)
    if entries and all(isinstance(entry, dict) and set(entry) <= {"@odata.id"} for entry in entries):
        draft.incomplete("the entries are links only: the collection was not expanded")
        draft.fact("faults", None)
        return
    faults = 0
    for index, entry in enumerate(entries[:_MAX_ENTRIES]):
        for name, value in _facts(entry).items():
            draft.fact(f"e{index}.{name}", value)
        signature = _fault(entry)
        if signature:
            faults += 1
            part = str(draft.facts[f"e{index}.component"] or "host")
            draft.hardware(part, signature, f"{_created(entry)} {text_at(entry, 'Message')}")
    if len(entries) > _MAX_ENTRIES:
        draft.incomplete(f"more than {_MAX_ENTRIES} entries; the rest is left out")
    draft.fact("faults", faults)


def _severity(entry: Any) -> str | None:
    return text_at(entry, "Severity") or text_at(entry, "MessageSeverity")


def _created(entry: Any) -> str | None:
    return text_at(entry, "Created") or text_at(entry, "EventTimestamp")


def _facts(entry: Any) -> dict[str, Fact]:
    message = text_at(entry, "Message")
    arguments = [str(argument) for argument in items_at(entry, "MessageArgs")]
    facts: dict[str, Fact] = {
        "id": text_at(entry, "Id") or text_at(entry, "EventId"),
        "severity": _severity(entry),
        "created": _created(entry),
        "message": message,
        "text": message,
        "message_id": text_at(entry, "MessageId"),
        "args": [*arguments],
        "component": _component(entry, arguments),
    }
    for name, pattern in (("sxid", _SXID), ("xid", _XID)):
        if match := pattern.search(message or ""):
            facts[name] = int(match.group(1))
    resolved = at(entry, "Resolved")
    if resolved is None:
        resolved = at(entry, "Oem", "Hpe", "Repaired")
    if isinstance(resolved, bool):
        facts["resolved"] = resolved
    return facts


def _component(entry: Any, arguments: list[str]) -> str | None:
    named = text_at(entry, "Oem", "Nvidia", "Device")
    match = _COMPONENT.search(arguments[0]) if arguments else None
    return named or (match.group(1) if match else None)


def _fault(entry: Any) -> str | None:
    """The signature of an entry that tells of a fault nobody resolved; None for everything else."""
    severity, message = _severity(entry), text_at(entry, "Message") or ""
    is_noise = bool(_SXID.search(message)) and not _FATAL_SXID.search(message)
    resolved = at(entry, "Resolved") is True or at(entry, "Oem", "Hpe", "Repaired") is True
    if resolved or is_noise or _TEST_EVENT.search(message):
        return None
    if severity == "Critical":
        return "redfish.critical"
    return "redfish.warning" if severity == "Warning" and _GRAVE_WORDS.search(message) else None

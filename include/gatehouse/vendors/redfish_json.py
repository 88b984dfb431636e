"""Redfish resources as a BMC serves them: systems, chassis, processors, memory metrics, thermal, power, sensors, logs.

``@odata.type`` names the resource and its schema's version; a BMC that leaves it out is known by what the resource
holds. A resource of a kind that is not known gives its identity and health.
"""

import re
from collections.abc import Callable
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import json_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.redfish_environment import note_environment, note_power, note_sensor, note_thermal
from gatehouse.vendors.redfish_logs import note_entries
from gatehouse.vendors.redfish_metrics import (
    note_metric_report,
    note_port_metrics,
    note_processor_metrics,
    note_subsystem,
    note_supply_metrics,
    note_thermal_metrics,
)
from gatehouse.vendors.redfish_resources import (
    note_chassis,
    note_memory_metrics,
    note_part,
    note_processor,
    note_resource,
    note_system,
)
from gatehouse.vendors.registry import reads

_TOOL = "redfish-json"
_TYPE = re.compile(r"#([A-Za-z]{2,60})\..{1,80}")
_KINDS: dict[str, Callable[[Draft, Any], None]] = {
    "ComputerSystem": note_system,
    "Chassis": note_chassis,
    "Processor": note_processor,
    "MemoryMetrics": note_memory_metrics,
    "ProcessorMetrics": note_processor_metrics,
    "PortMetrics": note_port_metrics,
    "PowerSupplyMetrics": note_supply_metrics,
    "ThermalMetrics": note_thermal_metrics,
    "ThermalSubsystem": note_subsystem,
    "PowerSubsystem": note_subsystem,
    "MetricReport": note_metric_report,
    "Thermal": note_thermal,
    "Power": note_power,
    "Sensor": note_sensor,
    "EnvironmentMetrics": note_environment,
    "LogEntryCollection": lambda draft, document: note_entries(draft, items_at(document, "Members")),
    "LogEntry": lambda draft, document: note_entries(draft, [document]),
    "Event": lambda draft, document: note_entries(draft, items_at(document, "Events")),
}
_MAX_MEMBERS = 1_000
_SHAPES = {
    "Temperatures": "Thermal",
    "PowerControl": "Power",
    "ProcessorType": "Processor",
    "LifeTime": "MemoryMetrics",
    "ProcessorSummary": "ComputerSystem",
    "ChassisType": "Chassis",
}


@reads(_TOOL)
def read_redfish_json(said: Completed) -> ToolReport:
    """The facts of one resource, and of the members of a collection where they are expanded.

    Raises:
        UnreadableError: no Redfish resource; the BMC's own words where it answered with an error.
    """
    document = json_of(said)
    draft = Draft(_TOOL, said)
    if isinstance(at(document, "error"), dict):
        return _refused(draft, document["error"])
    kind = _kind(document)
    draft.fact("resource", kind)
    note_resource(draft, document)
    _note_kind(draft, kind, document)
    if isinstance(at(document, "Members"), list):
        _check_members(draft, document)
        if kind not in _KINDS:
            _note_members(draft, items_at(document, "Members"))
    return draft.done()


def _note_kind(draft: Draft, kind: str, document: Any) -> None:
    if kind in _KINDS:
        _KINDS[kind](draft, document)
    else:
        note_part(draft, kind, document)


def _refused(draft: Draft, error: Any) -> ToolReport:
    """The BMC's error payload: it answered, and measured nothing."""
    information = items_at(error, "@Message.ExtendedInfo")
    detail = text_at(information[0], "Message") if information else None
    draft.fact("usable", False)
    draft.fact("error.code", text_at(error, "code"))
    draft.fact("error.message", detail or text_at(error, "message"))
    draft.fact("error.message_id", text_at(information[0], "MessageId") if information else None)
    return draft.failed(f"the BMC answered with an error: {detail or text_at(error, 'message')}"[:300])


def _note_members(draft: Draft, members: list[Any]) -> None:
    """Members by their place, ``m0`` …; those that are links only give their id."""
    for index, member in enumerate(members[:_MAX_MEMBERS]):
        link = text_at(member, "@odata.id")
        if not isinstance(member, dict) or set(member) <= {"@odata.id"}:
            draft.fact(f"m{index}.id", (link or "").rstrip("/").rsplit("/", 1)[-1] or None)
            continue
        inner = Draft(_TOOL, draft.said)
        kind = _TYPE.fullmatch(text_at(member, "@odata.type") or "")
        note_resource(inner, member)
        _note_kind(inner, kind.group(1) if kind else "Resource", member)
        for name, value in inner.facts.items():
            draft.fact(f"m{index}.{name}", value)
        for finding in inner.findings:
            draft.finding(finding.kind, finding.part, finding.signature, finding.text)
    if len(members) > _MAX_MEMBERS:
        draft.incomplete(f"more than {_MAX_MEMBERS} members; the rest is left out")


def _kind(document: Any) -> str:
    if not isinstance(document, dict):
        raise UnreadableError("JSON is no object: not a Redfish resource")
    match = _TYPE.fullmatch(text_at(document, "@odata.type") or "")
    if match:
        return match.group(1)
    shape = next((kind for key, kind in _SHAPES.items() if key in document), None)
    if shape is None and "@odata.id" not in document:
        raise UnreadableError("JSON without @odata.type and @odata.id: not a Redfish resource")
    return shape or "Resource"


def _check_members(draft: Draft, document: Any) -> None:
    listed, declared = len(items_at(document, "Members")), number_or_unknown(at(document, "Members@odata.count"))
    draft.fact("members", listed)
    if declared is not None and declared != listed:
        draft.incomplete(f"{declared} members declared, {listed} listed")
    if text_at(document, "Members@odata.nextLink"):
        draft.incomplete("the collection goes on in a further page")

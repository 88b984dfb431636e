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
    "Thermal": note_thermal,
    "Power": note_power,
    "Sensor": note_sensor,
    "EnvironmentMetrics": note_environment,
    "LogEntryCollection": lambda draft, document: note_entries(draft, items_at(document, "Members")),
    "LogEntry": lambda draft, document: note_entries(draft, [document]),
}
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
    kind = _kind(document)
    draft = Draft(_TOOL, said)
    draft.fact("resource", kind)
    note_resource(draft, document)
    if kind in _KINDS:
        _KINDS[kind](draft, document)
    else:
        note_part(draft, kind, document)
    if isinstance(at(document, "Members"), list):
        _check_members(draft, document)
    return draft.done()


def _kind(document: Any) -> str:
    if not isinstance(document, dict):
        raise UnreadableError("JSON is no object: not a Redfish resource")
    if isinstance(document.get("error"), dict):
        text = text_at(document, "error", "message") or text_at(document, "error", "code")
        info = items_at(document, "error", "@Message.ExtendedInfo")
        detail = text_at(info[0], "Message") if info else None
        raise UnreadableError(f"the BMC answered with an error: {detail or text}"[:300])
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

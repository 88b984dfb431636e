"""A Redfish collection that came with its members inside (``?$expand=.``): each is read as a resource of its own."""

import json
from dataclasses import replace
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.resource_parts import last_segment, part_of
from gatehouse.model.status import Measured
from gatehouse.vendors.documents import json_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.redfish_json import read_redfish_json
from gatehouse.vendors.registry import reads

_TOOL = "redfish-members"
_MOST_MEMBERS = 2_000


@reads(_TOOL)
def read_redfish_members(said: Completed) -> ToolReport:
    """Facts and findings of every member, under its address (``sensor_Inlet0.value``), and how many there are.

    Raises:
        UnreadableError: no Redfish collection; the BMC's own words where it answered with an error.
    """
    document = json_of(said)
    if not isinstance(at(document, "Members"), list):
        told = read_redfish_json(said)  # an error of the BMC says what it is
        if told.status is Measured.ERROR:
            return replace(told, tool=_TOOL)
        raise UnreadableError("a Redfish resource without Members: not a collection")
    draft = Draft(_TOOL, said)
    members = items_at(document, "Members")
    draft.fact("members", len(members))
    collection = last_segment(text_at(document, "@odata.id") or "")
    for member in members[:_MOST_MEMBERS]:
        _note_member(draft, collection, member)
    declared = number_or_unknown(at(document, "Members@odata.count"))
    if declared is not None and declared != len(members):
        draft.incomplete(f"{declared} members declared, {len(members)} listed")
    if len(members) > _MOST_MEMBERS or text_at(document, "Members@odata.nextLink"):
        draft.incomplete("there are more members than were read")
    return draft.done()


def _note_member(draft: Draft, collection: str, member: Any) -> None:
    path = text_at(member, "@odata.id")
    if path is None or len(member) == 1:
        draft.incomplete("a member is only linked, not told of")
        return
    part = part_of(collection, last_segment(path))
    try:
        report = read_redfish_json(replace(draft.said, stdout=json.dumps(member).encode()))
    except (UnreadableError, RecursionError) as error:
        draft.incomplete(f"{part}: {error}")
        return
    for name, value in report.facts.items():
        draft.fact(f"{part}.{name}", value)
    for finding in report.findings:
        draft.finding(finding.kind, part, finding.signature, finding.text)
    for problem in report.errors:
        draft.incomplete(f"{part}: {problem}")

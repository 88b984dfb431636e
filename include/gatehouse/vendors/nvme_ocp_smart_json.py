"""``nvme ocp smart-add-log -o json``: the extended health log of the OCP datacenter NVMe SSD specification (page 0xC0).

128-bit counters are ``{"hi", "lo"}``. Names are the specification's, in lower case with underscores here.
"""

import re
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import json_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "nvme-ocp-smart-json"
_NOT_NAME = re.compile(r"[^a-z0-9]{1,20}")
_KNOWN = ("physical_media_units_written", "log_page_version")
_LO_BITS = 64
_ERRORS = ("uncorrectable_read_error_count", "end_to_end_detected_errors")


@reads(_TOOL)
def read_nvme_ocp_smart_json(said: Completed) -> ToolReport:
    """Every counter of the log; uncorrectable reads and end-to-end errors are findings.

    Raises:
        UnreadableError: not that log.
    """
    document = json_of(said)
    if not isinstance(document, dict):
        raise UnreadableError("JSON is no object")
    facts = {_NOT_NAME.sub("_", key.lower()).strip("_"): _value(value) for key, value in document.items()}
    if not any(name in facts for name in _KNOWN):
        raise UnreadableError("JSON without physical media units and log page version: not the OCP health log")
    draft = Draft(_TOOL, said)
    for name, value in facts.items():
        draft.fact(name, value)
    for name in _ERRORS:
        if facts.get(name):
            draft.hardware("nvme", f"nvme.{name}", f"{name.replace('_', ' ')}: {facts[name]}")
    return draft.done()


def _value(value: Any) -> Fact:
    high, low = number_or_unknown(at(value, "hi")), number_or_unknown(at(value, "lo"))
    if isinstance(high, int) and isinstance(low, int):
        return (high << _LO_BITS) + low
    if isinstance(value, (dict, list)):
        return None
    number = number_or_unknown(value)
    return number if number is not None or not isinstance(value, str) else value.strip() or None

"""``nvme smart-log -o json``: the health log of an NVMe drive (log page 2), nvme-cli 1 and 2.

Temperatures are Kelvin as in the log itself, 0 where there is no sensor. ``critical_warning`` is a number, and since
nvme-cli 2.10 an object of its bits. nvme-cli 2.3 prints numbers as floats.
"""

from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import json_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "nvme-smart-log-json"
_KELVIN = 273.15
_NAMES = {
    "avail_spare": "available_spare",
    "spare_thresh": "spare_thresh",
    "percent_used": "percent_used",
    "power_cycles": "power_cycles",
    "power_on_hours": "power_on_hours",
    "unsafe_shutdowns": "unsafe_shutdowns",
    "media_errors": "media_errors",
    "num_err_log_entries": "num_err_log_entries",
    "data_units_read": "data_units_read",
    "data_units_written": "data_units_written",
    "warning_temp_time": "warning_temp_minutes",
    "critical_comp_time": "critical_temp_minutes",
    "controller_busy_time": "controller_busy_minutes",
}
_BITS = ("available_spare", "temp_threshold", "reliability_degraded", "ro", "vmbu_failed", "pmr_ro")
_SENSORS = 8


@reads(_TOOL)
def read_nvme_smart_log_json(said: Completed) -> ToolReport:
    """Wear in %, errors, hours; temperature in Kelvin as printed and in whole °C.

    Raises:
        UnreadableError: not a health log.
    """
    document = json_of(said)
    if not isinstance(document, dict) or "critical_warning" not in document or "percent_used" not in document:
        raise UnreadableError("JSON without critical_warning and percent_used: not an NVMe health log")
    draft = Draft(_TOOL, said)
    _note_warning(draft, document["critical_warning"])
    raw = _whole(document.get("temperature"))
    draft.fact("temperature_raw", raw)
    draft.fact("temperature_c", celsius(raw))
    for key, name in _NAMES.items():
        draft.fact(name, _whole(document.get(key)))
    for number in range(1, _SENSORS + 1):
        if f"temperature_sensor_{number}" in document:
            draft.fact(f"sensor{number}.temp_c", celsius(_whole(document[f"temperature_sensor_{number}"])))
    _judge(draft)
    return draft.done()


def celsius(kelvin: int | float | None) -> int | None:
    """Whole °C of a temperature in Kelvin; 0 K is how the log says that there is no sensor."""
    return round(kelvin - _KELVIN) if kelvin else None


def _whole(value: Any) -> int | float | None:
    """A number, as int where it has no fraction: 310.0 K is 310 K."""
    number = number_or_unknown(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _note_warning(draft: Draft, warning: Any) -> None:
    draft.fact("critical_warning", _whole(at(warning, "value") if isinstance(warning, dict) else warning))
    value = draft.facts["critical_warning"]
    if isinstance(value, int):
        draft.fact("critical_warning.bits", [name for bit, name in enumerate(_BITS) if value >> bit & 1])


def _judge(draft: Draft) -> None:
    facts = draft.facts
    if facts["critical_warning"]:
        text = f"critical warning {facts['critical_warning']}: {facts['critical_warning.bits']}"
        draft.hardware("nvme", "nvme.critical_warning", text)
    if facts["media_errors"]:
        draft.hardware("nvme", "nvme.media_errors", f"{facts['media_errors']} media and data integrity errors")
    spare, least = facts["available_spare"], facts["spare_thresh"]
    if isinstance(spare, (int, float)) and isinstance(least, (int, float)) and spare < least:
        draft.hardware("nvme", "nvme.spare_below_threshold", f"available spare {spare} % is below {least} %")

"""``nvme smart-log``: the health log of an NVMe drive (log page 2), nvme-cli 1 and 2, as JSON and as text.

Temperatures in JSON are Kelvin as in the log itself, 0 where there is no sensor; in text they are °C, since 1.14 with
the Kelvin behind. ``critical_warning`` is a number, and since nvme-cli 2.10 an object of its bits. nvme-cli 2.3 prints
numbers as floats, others print those of 128 bits as text, with a comma between thousands.
"""

import re
from collections.abc import Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import json_of, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "nvme-smart-log-json"
_KELVIN = 273.15
_COLDEST_K = 150  # no drive is colder: a smaller number is °C already
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
    "host_read_commands": "host_reads",
    "host_write_commands": "host_writes",
}
_BITS = ("available_spare", "temp_threshold", "reliability_degraded", "ro", "vmbu_failed", "pmr_ro")
_SENSORS = 8
# Other spellings of keys (text of nvme-cli 1 and 2, and its JSON of later versions) -> that of _NAMES.
_ALIASES = {
    "available_spare": "avail_spare",
    "available_spare_threshold": "spare_thresh",
    "percentage_used": "percent_used",
    "warning_temperature_time": "warning_temp_time",
    "critical_composite_temperature_time": "critical_comp_time",
}
_PAIR = re.compile(r"([A-Za-z][A-Za-z0-9 _/-]{2,60}?)\s{0,40}:\s{0,4}(\S.{0,80})")
_TITLE = re.compile(r"Smart Log for NVME device:\s{0,4}(\S{1,60}) namespace-id:.{0,40}", re.IGNORECASE)
_CELSIUS = re.compile(r"(-?\d{1,4}) ?(?:°|º)? ?C\b.{0,40}")
_KELVINS = re.compile(r"(\d{1,4}) ?K\b.{0,40}|.{1,20}\((\d{1,4}) ?K(?:elvin)?\).{0,20}")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,8}")
_COUNT = re.compile(r"(0x[0-9a-fA-F]{1,4}|[\d,.]{1,50}) ?%?(?: \(.{1,40}\))?")
_LAST_LINE = re.compile(r"Thermal Management T2 Total Time\s{0,20}: 0")


@reads(_TOOL)
def read_nvme_smart_log_json(said: Completed) -> ToolReport:
    """Wear in %, errors, hours; temperature in Kelvin as printed and in whole °C.

    Raises:
        UnreadableError: not a health log.
    """
    document = json_of(said)
    if not isinstance(document, dict):
        raise UnreadableError("JSON is no object: not an NVMe health log")
    values: dict[str, Any] = {_ALIASES.get(str(key), str(key)): value for key, value in document.items()}
    if "critical_warning" not in values or "percent_used" not in values:
        problem = next((text for key in ("error", "result", "message") if (text := text_at(document, key))), None)
        reason = problem or "not an NVMe health log"
        raise UnreadableError(f"JSON without critical_warning and percent_used: {reason[:200]}")
    draft = Draft(_TOOL, said)
    _note_log(draft, values)
    return draft.done()


@reads("nvme-smart-log-text")
def read_nvme_smart_log_text(said: Completed) -> ToolReport:
    """The same facts of the text.

    Raises:
        UnreadableError: not a health log.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE)
    draft = Draft("nvme-smart-log-text", said)
    values: dict[str, Any] = {}
    for line in lines:
        if match := _TITLE.fullmatch(line.strip()):
            draft.facts.setdefault("device", match.group(1))
        elif match := _PAIR.fullmatch(line.strip()):
            key = "_".join(match.group(1).lower().replace("-", " ").split())
            values.setdefault(_ALIASES.get(key, key), _text_value(key, match.group(2).strip()))
    if "critical_warning" not in values or "percent_used" not in values:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no critical_warning and percentage_used: not nvme smart-log: {first[:200]}")
    _note_log(draft, values)
    draft.note_end(lines)
    return draft.done()


def _text_value(key: str, text: str) -> str | int | None:
    """A count without what stands between its digits, or the Kelvin of a temperature."""
    if key.startswith("temperature"):
        kelvin, degrees = _KELVINS.fullmatch(text), _CELSIUS.fullmatch(text)
        if kelvin:
            return int(kelvin.group(1) or kelvin.group(2))
        return int(degrees.group(1)) if degrees else None
    match = _COUNT.fullmatch(text)
    if match is None:
        return None
    number = match.group(1)
    return int(number, 16) if number.startswith("0x") else int(number.replace(",", "").replace(".", "") or "0")


def _note_log(draft: Draft, values: Mapping[str, Any]) -> None:
    _note_warning(draft, values["critical_warning"])
    raw = _whole(values.get("temperature"))
    draft.fact("temperature_raw", raw)
    draft.fact("temperature_c", celsius(raw))
    for key, name in _NAMES.items():
        draft.fact(name, _whole(values.get(key)))
    for number in range(1, _SENSORS + 1):
        if f"temperature_sensor_{number}" in values:
            draft.fact(f"sensor{number}.temp_c", celsius(_whole(values[f"temperature_sensor_{number}"])))
    _judge(draft)


def celsius(kelvin: int | float | None) -> int | None:
    """Whole °C of a temperature in Kelvin; 0 K is how the log says that there is no sensor."""
    if kelvin and kelvin < _COLDEST_K:
        return round(kelvin)
    return round(kelvin - _KELVIN) if kelvin else None


def _whole(value: Any) -> int | float | None:
    """A number, as int where it has no fraction: 310.0 K is 310 K, and "37 C" is 37."""
    if isinstance(value, str) and (match := _CELSIUS.fullmatch(value.strip())):
        return int(match.group(1))
    number = number_or_unknown(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _note_warning(draft: Draft, warning: Any) -> None:
    number = at(warning, "value") if isinstance(warning, dict) else warning
    if isinstance(number, str) and _HEX.fullmatch(number):
        number = int(number, 16)
    draft.fact("critical_warning", _whole(number))
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

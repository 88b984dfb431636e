"""``smartctl -a`` as text: SATA, SAS and NVMe drives, smartmontools 5 to 7.

SATA attributes are a table whose columns are found by their heading (``-f brief`` has others); SAS and NVMe are
``Key: Value``. A raw value may carry more behind the number: ``36 (Min/Max 34/38)``.
"""

import re
from collections.abc import Iterator

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads
from gatehouse.vendors.smart_attributes import SECTOR_SIGNATURES, leading_number

_TOOL = "smartctl-text"
_PAIR = re.compile(r" {0,4}([A-Za-z][A-Za-z0-9 ,/:().&-]{1,70}?)(?::| =)\s{1,40}(\S.{0,300})")
_MARK = re.compile(r"smartctl \d|=== START OF |SMART (?:overall-health|Health Status)")
_WORDS = {
    "Device Model": "model",
    "Model Number": "model",
    "Product": "product",
    "Vendor": "vendor",
    "Model Family": "family",
    "Serial Number": "serial",
    "Serial number": "serial",
    "Firmware Version": "firmware",
    "Revision": "firmware",
    "SMART overall-health self-assessment test result": "health",
    "SMART Health Status": "health",
    "Transport protocol": "transport",
}
_NUMBERS = {
    "Elements in grown defect list": "grown_defects",
    "Non-medium error count": "non_medium_errors",
    "Percentage Used": "nvme.percentage_used",
    "Available Spare": "nvme.available_spare",
    "Available Spare Threshold": "nvme.available_spare_threshold",
    "Media and Data Integrity Errors": "nvme.media_errors",
    "Error Information Log Entries": "nvme.num_err_log_entries",
    "Unsafe Shutdowns": "nvme.unsafe_shutdowns",
    "Power Cycles": "nvme.power_cycles",
    "Power On Hours": "power_on_hours",
    "ATA Error Count": "error_log.count",
}
_CELSIUS = {
    "Current Drive Temperature": "temperature_c",
    "Drive Trip Temperature": "trip_c",
    "Temperature": "temperature_c",
}
_CAPACITY = re.compile(r"([\d,]{1,30}) (?:bytes )?\[.{0,40}\]?(?: bytes)?|([\d,]{1,30}) bytes.{0,40}")
_POWERED = re.compile(r"\s{0,8}Accumulated power on time, hours:minutes \d{1,9}:\d{2}(?: \[(\d{1,12}) minutes\])?")
_COUNTERS = re.compile(r"(read|write|verify):\s{1,12}(.{1,200})")
_COUNTER_NAMES = (
    "ecc_fast",
    "ecc_delayed",
    "rereads",
    "corrected",
    "correction_invocations",
    "gigabytes",
    "uncorrected",
)
_VERSION = re.compile(r"smartctl (\d{1,3}\.\d{1,3})\b.{0,200}")
_POWER_ON_HOURS, _TEMPERATURES = 9, (194, 190)
_LEADING = re.compile(r"([\d,]{1,30})(?: ?%)?(?: .{0,200})?")
_CRITICAL_WARNING = re.compile(r"0x([0-9a-fA-F]{1,4})")
_GOOD_HEALTH = ("PASSED", "OK")
_UNKNOWN_HEALTH = ("UNKNOWN!", "UNKNOWN", "UNAVAILABLE", "NOT AVAILABLE")
_ANSWERS = range(256)  # a mask of bits, of which 3 to 7 are news of the drive (smartctl(8))
_COMMAND_TROUBLE = 0b111


@reads(_TOOL)
def read_smartctl_text(said: Completed) -> ToolReport:
    """Identity, health, temperature in °C, and attributes or counters as the drive has them.

    Raises:
        UnreadableError: not smartctl's output.
    """
    lines = lines_of(said)
    if not any(_MARK.match(line) for line in lines):
        raise UnreadableError("no section of smartctl")
    draft = Draft(_TOOL, said)
    for name in ("model", "serial", "health", "temperature_c", "power_on_hours"):
        draft.fact(name, None)
    for line in lines:
        _note_line(draft, line)
    _note_attributes(draft, lines)
    _judge(draft)
    if said.exit_code and said.exit_code & _COMMAND_TROUBLE:
        draft.error(f"smartctl exit status {said.exit_code}: a command to the drive failed")
    draft.note_end(lines)
    if not lines.tail and draft.facts["health"] is None:
        draft.incomplete("the drive gave no health status")
    return draft.done(_ANSWERS)


def _note_line(draft: Draft, line: str) -> None:
    if match := _COUNTERS.fullmatch(line.strip()):
        _note_counters(draft, match.group(1), match.group(2).split())
    elif (match := _POWERED.fullmatch(line)) and match.group(1):
        draft.fact("power_on_minutes", int(match.group(1)))
        draft.fact("power_on_hours", int(match.group(1)) // 60)
    elif match := _VERSION.fullmatch(line):
        draft.fact("smartctl.version", match.group(1))
    elif match := _PAIR.fullmatch(line):
        _note_pair(draft, match.group(1), match.group(2).strip())


def _note_pair(draft: Draft, key: str, value: str) -> None:
    if key in _WORDS:
        draft.fact(_WORDS[key], value)
    elif key in _NUMBERS:
        draft.fact(_NUMBERS[key], _number(value))
    elif key in _CELSIUS:
        draft.fact(_CELSIUS[key], quantity(value, "c"))
    elif key in ("User Capacity", "Total NVM Capacity", "Namespace 1 Size/Capacity"):
        match = _CAPACITY.fullmatch(value)
        draft.fact("capacity_b", number_or_unknown(match.group(1) or match.group(2)) if match else None)
    elif key == "Critical Warning" and (match := _CRITICAL_WARNING.fullmatch(value)):
        draft.fact("nvme.critical_warning", int(match.group(1), 16))


def _number(value: str) -> int | float | None:
    match = _LEADING.fullmatch(value)
    return number_or_unknown(match.group(1)) if match else None


def _note_counters(draft: Draft, way: str, words: list[str]) -> None:
    """A row of the SAS error counter log; its heading spans three lines and never changed."""
    if len(words) == len(_COUNTER_NAMES):
        for name, word in zip(_COUNTER_NAMES, words, strict=True):
            draft.fact(f"{way}.{name}", number_or_unknown(word))


def _rows(lines: Lines) -> Iterator[dict[str, str]]:
    """Rows of the attribute table by the words of its heading; the raw value is the rest of the line."""
    heading: list[str] = []
    for line in lines:
        words = line.split()
        if words[:2] == ["ID#", "ATTRIBUTE_NAME"]:
            heading = words
        elif heading and words and words[0].isdecimal() and len(words) >= len(heading):
            last = len(heading) - 1
            yield dict(zip(heading, [*words[:last], " ".join(words[last:])], strict=True))
        else:
            heading = []


def _note_attributes(draft: Draft, lines: Lines) -> None:
    for row in _rows(lines):
        number, raw = int(row["ID#"][:9]), row.get("RAW_VALUE", "")
        value = leading_number(raw)
        draft.fact(f"attr.{number}.name", row["ATTRIBUTE_NAME"])
        draft.fact(f"attr.{number}.raw", value)
        if raw != str(value):
            draft.fact(f"attr.{number}.raw_prefix", value)
            draft.fact(f"attr.{number}.raw_text", raw)
        for column in ("VALUE", "WORST", "THRESH"):
            draft.fact(f"attr.{number}.{column.lower()}", number_or_unknown(row.get(column)))
        if number in SECTOR_SIGNATURES and value:
            text = f"attribute {number} {row['ATTRIBUTE_NAME']}: raw value {raw}"
            draft.hardware("disk", SECTOR_SIGNATURES[number], text)
        if row.get("WHEN_FAILED", row.get("FAIL", "-")) in ("FAILING_NOW", "NOW"):
            draft.hardware("disk", "smart.attribute_failing", f"attribute {number} {row['ATTRIBUTE_NAME']} fails now")


def _judge(draft: Draft) -> None:
    facts = draft.facts
    if facts["power_on_hours"] is None:
        draft.fact("power_on_hours", facts.get(f"attr.{_POWER_ON_HOURS}.raw"))
    for number in _TEMPERATURES:
        if facts["temperature_c"] is None:
            draft.fact("temperature_c", facts.get(f"attr.{number}.raw"))
    health = str(facts["health"] or "")
    passed: Fact = None
    if health and health.upper() not in _UNKNOWN_HEALTH:
        passed = health.upper() in _GOOD_HEALTH
    draft.fact("health.passed", passed)
    if passed is False:
        draft.hardware("disk", "smart.failing", f"health: {health}")
    for name in ("nvme.critical_warning", "nvme.media_errors", "read.uncorrected", "write.uncorrected"):
        if facts.get(name):
            draft.hardware("disk", name, f"{name} is {facts[name]}")

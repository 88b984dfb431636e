"""``smartctl -a`` as text: SATA, SAS and NVMe drives, smartmontools 5 to 7.

SATA attributes are a table whose columns are found by their heading (``-f brief`` has others); SAS and NVMe are
``Key: Value``. A raw value may carry more behind the number: ``36 (Min/Max 34/38)``.
"""

import re
from collections.abc import Iterator

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads
from gatehouse.vendors.smart_attributes import SECTOR_SIGNATURES, leading_number
from gatehouse.vendors.smartctl_lines import BAD_TEST, LAST_LINE, REFUSAL, SCANNED, SELF_TEST, WARNING

_TOOL = "smartctl-text"
_PAIR = re.compile(r" {0,4}([A-Za-z][A-Za-z0-9 ,/:().&-]{1,70}?)(?::| =)\s{1,40}(\S.{0,300})")
_MARK = re.compile(
    r"\s{0,8}(?:smartctl (?:pre-|version )?\d|=== START OF |SMART (?:overall-health|Health Status)|"
    r"Smartctl open device)"
)
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
    "Data Units Read": "nvme.data_units_read",
    "Data Units Written": "nvme.data_units_written",
    "Warning Comp. Temperature Time": "nvme.warning_temp_minutes",
    "Critical Comp. Temperature Time": "nvme.critical_temp_minutes",
    "Host Read Commands": "nvme.host_reads",
    "Host Write Commands": "nvme.host_writes",
    "Controller Busy Time": "nvme.controller_busy_minutes",
    "Percentage used endurance indicator": "percentage_used",
    "Power On Hours": "power_on_hours",
    "ATA Error Count": "error_log.count",
}
_CELSIUS = {
    "Current Drive Temperature": "temperature_c",
    "Drive Trip Temperature": "trip_c",
    "Temperature": "temperature_c",
}
# Digits with what the locale puts between thousands.
_COUNT = r"(\d{1,3}(?:[,.'\u2019\u00a0\u202f\ufffd ]\d{3}){1,9}|\d{1,30})"
_CAPACITY = re.compile(rf"{_COUNT}(?: bytes)?(?: \[.{{0,40}}\]?)?(?: bytes)?")
_POWERED = re.compile(r"\s{0,8}Accumulated power on time, hours:minutes (\d{1,9}):(\d{2})(?: \[\d{1,12} minutes\])?")
_HOURS = re.compile(r"(\d{1,9})(?:h\+\d{1,2}m.{0,12}|[.,]\d{1,2})?")
_OLD_SCSI = re.compile(r"Device: (\S{1,8}) {1,9}(\S.{0,24}?) {1,9}Version: (\S{1,8})")
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
_GIGABYTES = re.compile(r"(\d{1,15}),(\d{3})")
_VERSION = re.compile(r"smartctl (?:pre-|version )?(\d{1,3}\.\d{1,3})\b.{0,200}")
_POWER_ON_HOURS, _TEMPERATURES = 9, (194, 190)
_LEADING = re.compile(rf"{_COUNT}(?: ?%)?(?: .{{0,200}})?")
_NOT_DIGIT = re.compile(r"\D")
_CRITICAL_WARNING = re.compile(r"0x([0-9a-fA-F]{1,4})")
_GOOD_HEALTH = ("PASSED", "OK")
_UNKNOWN_HEALTH = ("UNKNOWN!", "UNKNOWN", "UNAVAILABLE", "NOT AVAILABLE")
_SUPPORT = {
    "Available": ("smart.available", True),
    "Unavailable": ("smart.available", False),
    "Enabled": ("smart.enabled", True),
    "Disabled": ("smart.enabled", False),
}
_COUNTED_TROUBLE = {
    "nvme.critical_warning": "nvme.critical_warning",
    "nvme.media_errors": "nvme.media_errors",
    "read.uncorrected": "read.uncorrected",
    "write.uncorrected": "write.uncorrected",
    "verify.uncorrected": "verify.uncorrected",
    "error_log.count": "smart.errors_logged",
}
_MAX_MESSAGES = 20
_ANSWERS = range(256)  # a mask of bits, of which 3 to 7 are news of the drive (smartctl(8))
_COMMAND_TROUBLE = 0b111


@reads(_TOOL)
def read_smartctl_text(said: Completed) -> ToolReport:
    """Identity, health, temperature in °C, and attributes or counters as the drive has them.

    Raises:
        UnreadableError: not smartctl's output.
    """
    lines = lines_of(with_errors(said)).with_tail(LAST_LINE, ends=True)
    scanned = [match.groups() for line in lines if (match := SCANNED.fullmatch(line.rstrip()))]
    if scanned:
        return _scan(Draft(_TOOL, said), lines, scanned)
    refusals = [line.strip() for line in (*lines, lines.tail) if REFUSAL.fullmatch(line.strip())]
    if not any(_MARK.match(line) for line in lines) and not refusals:
        raise UnreadableError("no section of smartctl")
    draft = Draft(_TOOL, said)
    for name in ("model", "serial", "health", "temperature_c", "power_on_hours"):
        draft.fact(name, None)
    for line in lines:
        _note_line(draft, line)
    _note_attributes(draft, lines)
    _fill(draft)
    _judge(draft)
    _note_messages(draft, refusals, [line.strip() for line in lines if WARNING.fullmatch(line.strip())])
    if refusals and all(draft.facts.get(name) is None for name in ("model", "serial", "health")):
        return draft.failed(refusals[0])
    if said.exit_code and said.exit_code & _COMMAND_TROUBLE:
        draft.error(f"smartctl exit status {said.exit_code}: a command to the drive failed")
    draft.note_end(lines)
    if not lines.tail and draft.facts["health"] is None:
        draft.incomplete("the drive gave no health status")
    return draft.done(_ANSWERS)


def _scan(draft: Draft, lines: Lines, devices: list[tuple[str, ...]]) -> ToolReport:
    """``smartctl --scan`` lists devices and measures nothing of them."""
    draft.total("devices", len(devices))
    for index, (name, kind) in enumerate(devices):
        draft.fact(f"dev{index}.name", name)
        draft.fact(f"dev{index}.type", kind)
    draft.note_end(lines)
    return draft.done(_ANSWERS)


def _note_messages(draft: Draft, refusals: list[str], warnings: list[str]) -> None:
    """What smartctl complains of, under the names that its JSON has; its own trouble is none of the drive's."""
    asleep = [("information" if "STANDBY" in text or "SLEEP" in text else "error") for text in refusals]
    messages = dict.fromkeys([*zip(refusals, asleep, strict=True), *((text, "warning") for text in warnings)])
    for index, (text, severity) in enumerate([*messages][:_MAX_MESSAGES]):
        draft.fact(f"message{index}", text)
        draft.fact(f"message{index}.severity", severity)
        if severity == "error":
            draft.error(text)
            draft.finding(FindingClass.TOOL_ERROR, "host", "smart.command_failed", text)


def _note_line(draft: Draft, line: str) -> None:
    if match := _COUNTERS.fullmatch(line.strip()):
        _note_counters(draft, match.group(1), match.group(2).split())
    elif match := _POWERED.fullmatch(line.rstrip()):
        draft.fact("power_on_minutes", int(match.group(1)) * 60 + int(match.group(2)))
        draft.fact("power_on_hours", int(match.group(1)))
    elif match := _VERSION.fullmatch(line.strip()):
        draft.fact("smartctl.version", match.group(1))
    elif match := _OLD_SCSI.fullmatch(line.strip()):
        for name, text in zip(("vendor", "product", "firmware"), match.groups(), strict=True):
            draft.fact(name, text)
    elif match := SELF_TEST.fullmatch(line.rstrip()):
        _note_self_test(draft, match.group("type").strip(), match.group("status").strip())
    elif line.startswith("No Errors Logged") and draft.facts.get("error_log.version"):
        draft.facts.setdefault("error_log.count", 0)
    elif match := _PAIR.fullmatch(line):
        _note_pair(draft, " ".join(match.group(1).split()), match.group(2).strip())


def _note_self_test(draft: Draft, kind: str, status: str) -> None:
    """The newest self-test, which every log lists first."""
    if "self_test.last.status" not in draft.facts:
        draft.fact("self_test.last.type", kind)
        draft.fact("self_test.last.status", status)


def _note_pair(draft: Draft, key: str, value: str) -> None:
    if key in _WORDS:
        draft.fact(_WORDS[key], value)
    elif key in _NUMBERS:
        draft.fact(_NUMBERS[key], _number(value))
    elif key in _CELSIUS:
        draft.fact(_CELSIUS[key], quantity(value, "c"))
    elif key in ("User Capacity", "Total NVM Capacity", "Namespace 1 Size/Capacity"):
        match = _CAPACITY.fullmatch(value)
        if match or "capacity_b" not in draft.facts:
            draft.fact("capacity_b", int(_NOT_DIGIT.sub("", match.group(1))) if match else None)
    else:
        _note_rare_pair(draft, key, value)


def _note_rare_pair(draft: Draft, key: str, value: str) -> None:
    word = value.split(" ", maxsplit=1)[0]
    if key == "SMART support is" and word in _SUPPORT:
        name, flag = _SUPPORT[word]
        draft.fact(name, flag)
    elif key == "number of hours powered up" and (hours := _HOURS.fullmatch(value)):
        if draft.facts.get("power_on_hours") is None:  # a maker's page, behind the standard's
            draft.fact("power_on_hours", int(hours.group(1)))
    elif key == "SMART Error Log Version":
        draft.fact("error_log.version", _number(value))
    elif key.startswith("Temperature Sensor ") and key[19:].isdecimal():
        draft.fact(f"nvme.sensor{int(key[19:])}.temp_c", quantity(value, "c"))
    elif key == "Critical Warning" and (match := _CRITICAL_WARNING.fullmatch(value)):
        draft.fact("nvme.critical_warning", int(match.group(1), 16))


def _number(value: str) -> int | float | None:
    match = _LEADING.fullmatch(value)
    return number_or_unknown(_NOT_DIGIT.sub("", match.group(1))) if match else None


def _note_counters(draft: Draft, way: str, words: list[str]) -> None:
    """A row of the SAS error counter log; its heading spans three lines and never changed."""
    if len(words) == len(_COUNTER_NAMES):
        for name, word in zip(_COUNTER_NAMES, words, strict=True):
            decimal = _GIGABYTES.fullmatch(word) if name == "gigabytes" else None  # always with three decimals
            draft.fact(f"{way}.{name}", number_or_unknown(".".join(decimal.groups()) if decimal else word))


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


def _fill(draft: Draft) -> None:
    """What other lines give where a drive prints no line of its own for it."""
    facts = draft.facts
    if facts["power_on_hours"] is None:
        hours = _HOURS.fullmatch(str(facts.get(f"attr.{_POWER_ON_HOURS}.raw_text") or ""))
        raw = facts.get(f"attr.{_POWER_ON_HOURS}.raw")
        draft.fact("power_on_hours", int(hours.group(1)) if hours and raw is None else raw)
    if facts["model"] is None and facts.get("product"):
        draft.fact("model", f"{facts.get('vendor') or ''} {facts['product']}".strip())
    for number in _TEMPERATURES:
        if facts["temperature_c"] is None:
            draft.fact("temperature_c", facts.get(f"attr.{number}.raw"))
    if "attr.12.raw" in facts:
        draft.fact("power_cycles", facts["attr.12.raw"])


def _judge(draft: Draft) -> None:
    facts = draft.facts
    health = str(facts["health"] or "")
    passed: Fact = None
    if health and health.upper() not in _UNKNOWN_HEALTH:
        passed = health.upper() in _GOOD_HEALTH
    draft.fact("health.passed", passed)
    if passed is False:
        draft.hardware("disk", "smart.failing", f"health: {health}")
    for name, signature in _COUNTED_TROUBLE.items():
        if facts.get(name):
            draft.hardware("disk", signature, f"{name} is {facts[name]}")
    spare, least = facts.get("nvme.available_spare"), facts.get("nvme.available_spare_threshold")
    if isinstance(spare, (int, float)) and isinstance(least, (int, float)) and spare < least:
        draft.hardware("disk", "nvme.spare_below_threshold", f"available spare {spare} % is below {least} %")
    status = str(facts.get("self_test.last.status") or "")
    if BAD_TEST.search(status):
        draft.hardware("disk", "smart.self_test_failed", f"the last self-test: {status}")

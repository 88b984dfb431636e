"""``nvme list``: the NVMe namespaces of the machine, as JSON (flat, or nested since nvme-cli 2.5 with -v) and as text.

The text is a table of fixed columns: the line of dashes says where each begins and ends, as values hold blanks. Where a
row was shifted against the dashes, its usage and format, which nothing else looks like, show the way.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, json_of, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_RULE = re.compile(r"-{2,60}(?: {1,4}-{2,60}){2,20}\s{0,4}")
_USAGE = re.compile(r"([\d.]{1,12}) {0,8}([kMGT]?B) {0,4}/ {0,8}([\d.]{1,12}) {0,8}([kMGT]?B)")
_ROW = re.compile(
    r"(?P<Node>/dev/\S{1,32}) {1,40}(?:/dev/\S{1,32} {1,40})?(?P<SN>\S{1,40}) {1,40}(?P<Model>\S.{0,60}?) {2,60}"
    r"(?:0x)?[0-9a-f]{1,8} {1,20}(?P<Usage>[\d.]{1,12} {0,8}[kMGT]?B {0,4}/ {0,8}[\d.]{1,12} {0,8}[kMGT]?B) {2,20}"
    r"(?P<Format>\d{1,6} {1,4}[KM]?i?B \+ {1,4}\d{1,4} B) {1,20}(?P<FW_Rev>\S{1,16})"
)
_DEVICE = re.compile(r"(?:/dev/)?nvme\w{1,28}")
_GB = {"B": 1e-9, "kB": 1e-6, "MB": 1e-3, "GB": 1.0, "TB": 1e3}
_HEADINGS = {"Node": "path", "SN": "serial", "Model": "model", "FW Rev": "fw", "Format": "format"}


@reads("nvme-list-json")
def read_nvme_list_json(said: Completed) -> ToolReport:
    """Each namespace in order, ``dev0`` …: path, serial, model, firmware, sizes in bytes.

    Raises:
        UnreadableError: no list of devices.
    """
    document = json_of(said)
    if not isinstance(at(document, "Devices"), list):
        problem = text_at(document, "error") or text_at(document, "result")
        raise UnreadableError(f"JSON without a list of Devices{f': {problem[:200]}' if problem else ''}")
    draft = Draft("nvme-list-json", said)
    devices = [found for device in items_at(document, "Devices") for found in _namespaces(device)]
    draft.fact("devices", len(devices))
    for index, device in enumerate(devices):
        for name, value in device.items():
            draft.fact(f"dev{index}.{name}", value)
    return draft.done()


def _namespaces(device: Any) -> Iterator[dict[str, Any]]:
    """A flat device is one namespace; a nested one lists subsystems, their controllers and their namespaces."""
    if text_at(device, "DevicePath"):
        yield _namespace(device, device, text_at(device, "DevicePath"))
    for subsystem in items_at(device, "Subsystems") or [device]:
        controllers = items_at(subsystem, "Controllers")
        for controller in controllers:
            for namespace in items_at(controller, "Namespaces"):
                yield _namespace(controller, namespace, _path(namespace))
        for namespace in items_at(subsystem, "Namespaces"):  # shared by all controllers, so it counts once
            yield _namespace(controllers[0] if controllers else subsystem, namespace, _path(namespace))


def _path(namespace: Any) -> str | None:
    """The block device; ``NameSpace`` is its name in nested lists, and the namespace's number in flat ones."""
    name = text_at(namespace, "NameSpace") or text_at(namespace, "Device")
    return f"/dev/{name}" if name else None


def _namespace(controller: Any, namespace: Any, path: str | None) -> dict[str, Any]:
    return {
        "path": path,
        "serial": text_at(controller, "SerialNumber"),
        "model": text_at(controller, "ModelNumber"),
        "firmware": text_at(controller, "Firmware"),
        "fw": text_at(controller, "Firmware"),
        "used_b": number_or_unknown(at(namespace, "UsedBytes")),
        "size_b": number_or_unknown(at(namespace, "PhysicalSize")),
        "sector_b": number_or_unknown(at(namespace, "SectorSize")),
    }


@reads("nvme-list-text")
def read_nvme_list_text(said: Completed) -> ToolReport:
    """The same from the table; used and total as printed (four digits), and in GB.

    Raises:
        UnreadableError: no such table.
    """
    lines = lines_of(said)
    whole = list(lines)
    if any(line.split()[:3] == ["Device", "SN", "MN"] for line in whole):
        return _verbose(Draft("nvme-list-text", said), lines)
    rule = next((index for index, line in enumerate(whole) if index and _RULE.fullmatch(line)), None)
    if rule is None or "SN" not in whole[rule - 1].split():
        raise UnreadableError("no table with a line of dashes under Node and SN")
    spans = [match.span() for match in re.finditer(r"-+", whole[rule])]
    headings = [_cell(whole[rule - 1], span) for span in spans]
    rows = list(dict.fromkeys(line for line in whole[rule + 1 :] if line.startswith("/dev/")))  # each once
    if lines.tail.startswith("/dev/") and len(lines.tail.rstrip()) >= len(whole[rule].rstrip()):
        rows.append(lines.tail)  # as wide as the table, so nothing of it is missing
        lines = replace(lines, tail="", unended=True)
    draft = Draft("nvme-list-text", said)
    draft.total("devices", len(rows))
    for index, line in enumerate(rows):
        _note_row(draft, f"dev{index}", line, dict(zip(headings, spans, strict=True)))
    draft.note_end(lines)
    return draft.done()


def _cell(line: str, span: tuple[int, int]) -> str:
    return line[span[0] : span[1]].strip()


def _note_row(draft: Draft, part: str, line: str, columns: dict[str, tuple[int, int]]) -> None:
    cells = _by_columns(line, columns) or _by_shape(line)
    if cells is None:
        draft.incomplete(f"{part}: the row does not fit the table and is left out")
        return
    for heading, name in _HEADINGS.items():
        draft.fact(f"{part}.{name}", cells.get(heading) or None)
    draft.fact(f"{part}.firmware", cells.get("FW Rev") or None)
    _note_usage(draft, part, cells["Usage"])


def _note_usage(draft: Draft, part: str, text: str) -> None:
    usage = _USAGE.fullmatch(text)
    for name, group in (("used", 1), ("total", 3)):
        number = number_or_unknown(usage.group(group)) if usage else None
        unit = usage.group(group + 1) if usage else "B"
        draft.fact(f"{part}.{name}", f"{usage.group(group)} {unit}" if usage else None)
        draft.fact(f"{part}.{name}_gb", None if number is None else round(number * _GB[unit], 6))


def _by_columns(line: str, columns: dict[str, tuple[int, int]]) -> dict[str, str] | None:
    """The cells between the dashes, where the row fits them."""
    cells = {heading: _cell(line, span) for heading, span in columns.items()}
    fits = all(line[end : end + 1] in ("", " ") for _, end in columns.values())
    return cells if fits and _USAGE.fullmatch(cells.get("Usage", "")) else None


def _by_shape(line: str) -> dict[str, str] | None:
    match = _ROW.fullmatch(line.rstrip())
    return {heading: match.group(heading.replace(" ", "_")) for heading in (*_HEADINGS, "Usage")} if match else None


def _tables(lines: Lines) -> Iterator[dict[str, str]]:
    """Rows of every table, by the headings above its line of dashes."""
    columns: dict[str, tuple[int, int]] = {}
    before = ""
    for line in lines:
        if _RULE.fullmatch(line.rstrip()):
            spans = [match.span() for match in re.finditer(r"-+", line)]
            columns = {_cell(before, span): span for span in spans}
        elif not line.strip():
            columns = {}
        elif columns:
            yield {heading: _cell(line, span) for heading, span in columns.items()}
        before = line


def _verbose(draft: Draft, lines: Lines) -> ToolReport:
    """``nvme list -v``: tables of subsystems, of controllers and of namespaces, which name their controllers."""
    rows = [row for row in _tables(lines) if _DEVICE.fullmatch(row.get("Device", ""))]
    controllers = {row["Device"]: row for row in rows if "SN" in row}
    namespaces = list({row["Device"]: row for row in rows if "NSID" in row}.values())
    draft.total("devices", len(namespaces))
    draft.total("controllers", len(controllers))
    for index, row in enumerate(namespaces):
        controller = controllers.get(row.get("Controllers", "").split(",")[0].strip(), {})
        device = row["Device"]
        draft.fact(f"dev{index}.path", device if device.startswith("/dev/") else f"/dev/{device}")
        for heading, name in (("SN", "serial"), ("MN", "model"), ("FR", "fw"), ("Address", "address")):
            draft.fact(f"dev{index}.{name}", controller.get(heading) or None)
        draft.fact(f"dev{index}.firmware", controller.get("FR") or None)
        _note_usage(draft, f"dev{index}", row.get("Usage", ""))
        draft.fact(f"dev{index}.format", row.get("Format") or None)
    draft.note_end(lines)
    return draft.done()

"""xpu-smi diag and health: tables of a component or check on the left and what is said of it on the right, or JSON.

Of several devices in one output the first one's facts stand bare, and every device's under ``gpu0``, ``gpu1`` …
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.box_table import Block, blocks_of, ends_whole
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads

_NUMBERED = re.compile(r"^\d{1,2}\.\s+")
_RESULT = re.compile(r"^Result: (\w{2,20})", re.MULTILINE)
_STATUS = re.compile(r"^Status: (\w{2,20})", re.MULTILINE)
_PID = re.compile(r"PID: (\d{1,10})")
_MESSAGE = re.compile(r"Message: (.{1,300}?)(?= PID: |$)")
_THRESHOLD = re.compile(r"(Throttle|Shutdown) Threshold: ?(-?[\d.]{1,10})\s+(\S.*)$")
_MEASURED = {
    "gflops": re.compile(r"GFLOPS is ([\d.]{1,15}?)\.?(?:\s|$)", re.IGNORECASE),
    "gbps": re.compile(r"bandwidth is ([\d.]{1,15}?) ?GBPS", re.IGNORECASE),
    "power_w": re.compile(r"power is ([\d.]{1,10}?) ?(?:W\b|watts?\b|\.?\s*$)", re.IGNORECASE | re.MULTILINE),
}
_CONFIGURATION_CHECKS = re.compile(r"Software|Exclusive|Permission|Library|Env", re.IGNORECASE)
_HEALTH_KEYS = {
    "core_temperature": "GPU Core Temperature",
    "memory_temperature": "GPU Memory Temperature",
    "power": "GPU Power",
    "memory": "GPU Memory",
    "xe_link_port": "Xe Link Port",
    "frequency": "GPU Frequency",
}


@dataclass(slots=True)
class _Device:
    """What is said of one device: its number, its own lines, and (component or check, what is said of it)."""

    number: int | float | None
    keys: dict[str, str] = field(default_factory=dict)
    components: list[tuple[str, str]] = field(default_factory=list)

    @property
    def part(self) -> str:
        """The device as a part of the machine."""
        return f"gpu{self.number}" if isinstance(self.number, int) else "host"


@reads("xpu-smi-diag-table")
def read_xpu_smi_diag(said: Completed) -> ToolReport:
    """Each check's result, with what it measured; a passed check may still carry a warning.

    Raises:
        UnreadableError: it is not the table of xpu-smi diag.
    """
    gathered, text = gather("xpu-smi-diag-table", said)
    devices = _devices(gathered, text)
    for device in reversed(devices):  # the first one last, as its facts stand bare
        for prefix in _prefixes(device, devices):
            _note_diagnostic(gathered, device, prefix)
    if not any("result" in name.rsplit(".", 1)[-1] for name in gathered.facts):
        raise UnreadableError("no check with its result in the table")
    return gathered.done()


@reads("xpu-smi-health-table")
def read_xpu_smi_health(said: Completed) -> ToolReport:
    """Each component's status in lower case, with the thresholds that are printed beside it.

    Raises:
        UnreadableError: it is not the table of xpu-smi health.
    """
    gathered, text = gather("xpu-smi-health-table", said)
    devices = _devices(gathered, text)
    for device in reversed(devices):
        for prefix in _prefixes(device, devices):
            _note_health(gathered, device, prefix)
    if not any(name.endswith(".status") for name in gathered.facts):
        raise UnreadableError("no component in the table")
    return gathered.done()


def _prefixes(device: _Device, devices: list[_Device]) -> list[str]:
    bare = [""] if device is devices[0] else []
    return [*bare, f"{device.part}."] if len(devices) > 1 else bare


def _devices(gathered: Gathered, text: str) -> list[_Device]:
    """What is said of each device, from JSON or from the tables. A block without its border was cut and is left out."""
    if '"device_id"' in text:
        devices = list(_from_json(gathered_json(gathered, text).value))
    else:
        blocks = [block for block in blocks_of(text.split("\n")) if all(len(row) == 2 for row in block.rows)]
        devices = list(_from_blocks([block for block in blocks if block.closed]))
        if not all(block.closed for block in blocks) or not ends_whole(text):
            gathered.incomplete("the table has no end")
    if not devices:
        first = next((line.strip() for line in text.split("\n") if line.strip()), "")
        raise UnreadableError(f"not a table of xpu-smi with a device's number: {first[:200]}")
    gathered.fact("device_id", devices[0].number)
    if len(devices) > 1:
        gathered.total("devices", len(devices))
    return devices


def _from_blocks(blocks: list[Block]) -> Iterator[_Device]:
    device: _Device | None = None
    for block in blocks:
        for row in block.rows:
            if row[0] in ("Device ID", "GPU Device ID"):
                if device is not None:
                    yield device
                device = _Device(number_or_unknown(row[1]))
            elif device is not None and row[0] in ("Level", "Result", "Items"):
                device.keys[row[0]] = row[1]
        said = "\n".join(row[1] for row in block.rows)
        if device is not None and block.rows[0][0] and (_RESULT.search(said) or _STATUS.search(said)):
            device.components.append((_NUMBERED.sub("", block.rows[0][0]), said))
    if device is not None:
        yield device


def _from_json(value: Any) -> Iterator[_Device]:
    """Devices of ``-j``: one object, or a list under a key."""
    if not isinstance(value, Mapping):
        return
    if "device_id" not in value:
        for below in value.values():
            for each in below if isinstance(below, list) else ():
                yield from _from_json(each)
        return
    device = _Device(number_or_unknown(value["device_id"]))
    names = {"level": "Level", "result": "Result", "component_count": "Items"}
    device.keys = {name: _plain(value[key]) for key, name in names.items() if key in value}
    listed = value.get("component_list")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, Mapping):
            said = f"Result: {_plain(each.get('result'))}\nMessage: {each.get('message')}"
            device.components.append((_plain(each.get("component_type")), said))
    for key, name in _HEALTH_KEYS.items():
        if isinstance(each := value.get(key), Mapping):
            unit = "watts" if key == "power" else "Celsius Degree"
            limits = [
                f"{kind} Threshold: {each[f'{kind.lower()}_threshold']} {unit}"
                for kind in ("Throttle", "Shutdown")
                if f"{kind.lower()}_threshold" in each
            ]
            device.components.append((name, "\n".join([f"Status: {each.get('status')}", *limits])))
    yield device


def _plain(word: object) -> str:
    """``XPUM_DIAG_RESULT_PASS`` is Pass, ``XPUM_DIAG_SOFTWARE_LIBRARY`` is Software Library."""
    text = str(word)
    short = text.removeprefix("XPUM_DIAG_").removeprefix("RESULT_")
    return short.replace("_", " ").title() if short != text else text


def _note_diagnostic(gathered: Gathered, device: _Device, prefix: str) -> None:
    items = number_or_unknown(device.keys.get("Items"))
    if device.keys:
        level = number_or_unknown(device.keys.get("Level"))
        gathered.facts_of("", {f"{prefix}level": level, f"{prefix}result": device.keys.get("Result")})
        gathered.fact(f"{prefix}items", items)
    for name, said in device.components:
        if (result := _RESULT.search(said)) is not None:
            gathered.facts_of(f"{prefix}{name}", _check(result[1], said))
            if result[1].lower() not in ("pass", "skip", "unknown"):
                is_software = _CONFIGURATION_CHECKS.search(name)
                kind = FindingClass.CONFIGURATION if is_software else FindingClass.HARDWARE
                gathered.found(kind, device.part, f"xpu.diag.{_slug(name)}", f"{name}: {said}")
    gathered.counted("items", items, sum(bool(_RESULT.search(said)) for _, said in device.components))


def _check(result: str, said: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"result": result, "warning": "warning" in said.lower()}
    flat = " ".join(said.split())
    if (message := _MESSAGE.search(flat)) is not None:
        facts["message"] = message[1].strip()
    if pids := [int(match[1]) for match in _PID.finditer(said)]:
        facts["pids"] = list(pids)
    for name, pattern in _MEASURED.items():
        if (match := pattern.search(flat)) is not None:
            facts[name] = number_or_unknown(match[1])
    return facts


def _note_health(gathered: Gathered, device: _Device, prefix: str) -> None:
    known = [(name, said, status) for name, said in device.components if (status := _STATUS.search(said))]
    for name, said, status in known:
        gathered.facts_of(f"{prefix}{name}", {"status": status[1].lower(), **_thresholds(said)})
        if status[1].lower() not in ("ok", "unknown"):
            gathered.found(FindingClass.HARDWARE, device.part, f"xpu.health.{_slug(name)}", f"{name}: {said}")
    if known:
        gathered.fact(f"{prefix}components", len(known))
    else:
        gathered.incomplete(f"no component of {device.part}")


def _thresholds(said: str) -> dict[str, Fact]:
    """The limits that are set; -1 says that there is none."""
    facts: dict[str, Fact] = {}
    for line in said.split("\n"):
        if (match := _THRESHOLD.match(line)) is not None:
            unit = "w" if "watt" in match[3].lower() else "c"
            limit = quantity(f"{match[2]} {match[3]}", unit)
            facts[f"{match[1].lower()}_{unit}"] = None if limit is not None and limit < 0 else limit
    return facts


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")

"""xpu-smi diag and health: tables of a component or check in the left column and what is said of it in the right."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.box_table import Block, blocks_of, ends_whole
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads

_NUMBERED = re.compile(r"^\d{1,2}\.\s+")
_RESULT = re.compile(r"Result: (\w{2,20})")
_STATUS = re.compile(r"Status: (\w{2,20})")
_PID = re.compile(r"PID: (\d{1,10})")
_THRESHOLD = re.compile(r"(Throttle|Shutdown) Threshold: ?(-?[\d.]{1,10})\s+(\S.*)$")
_CONFIGURATION_CHECKS = re.compile(r"Software|Exclusive|Permission|Library|Env", re.IGNORECASE)


@reads("xpu-smi-diag-table")
def read_xpu_smi_diag(said: Completed) -> ToolReport:
    """Each check's result; a passed check may still carry a warning.

    Raises:
        UnreadableError: it is not the table of xpu-smi diag.
    """
    gathered, text = gather("xpu-smi-diag-table", said)
    blocks = _checked_blocks(gathered, text)
    device = _device(gathered, blocks)
    checks = 0
    for block in blocks:
        keys = {row[0]: row[1] for row in block.rows if row[0]}
        if "Result" in keys or "Level" in keys:
            result = keys.get("Result")
            gathered.facts_of("", {"level": number_or_unknown(keys.get("Level")), "result": result})
            gathered.fact("items", number_or_unknown(keys.get("Items")))
        elif (name := block.rows[0][0]) and _RESULT.search(_said(block)):
            _note_check(gathered, name, _said(block), device)
            checks += 1
    if "result" not in gathered.facts and not checks:
        raise UnreadableError("no check with its result in the table")
    gathered.counted("items", gathered.facts.get("items"), checks)
    return gathered.done()


@reads("xpu-smi-health-table")
def read_xpu_smi_health(said: Completed) -> ToolReport:
    """Each component's status in lower case, with the thresholds that are printed beside it.

    Raises:
        UnreadableError: it is not the table of xpu-smi health.
    """
    gathered, text = gather("xpu-smi-health-table", said)
    blocks = _checked_blocks(gathered, text)
    device = _device(gathered, blocks)
    names = []
    for block in blocks:
        name, said_of_it = _NUMBERED.sub("", block.rows[0][0]), _said(block)
        status = _STATUS.search(said_of_it)
        if status is None or not name:
            continue
        names.append(name)
        gathered.facts_of(name, {"status": status[1].lower(), **_thresholds(said_of_it)})
        if status[1].lower() not in ("ok", "unknown"):
            gathered.found(FindingClass.HARDWARE, device, f"xpu.health.{_slug(name)}", f"{name}: {said_of_it}")
    if not names:
        raise UnreadableError("no component in the table")
    gathered.fact("components", len(names))
    return gathered.done()


def _checked_blocks(gathered: Gathered, text: str) -> list[Block]:
    """Closed blocks of two cells a row. A block without its border was cut and is left out."""
    blocks = [block for block in blocks_of(text.split("\n")) if all(len(row) == 2 for row in block.rows)]
    if not any(row[0] == "Device ID" for block in blocks for row in block.rows):
        raise UnreadableError("not a table of xpu-smi with a device's number")
    if not all(block.closed for block in blocks) or not ends_whole(text):
        gathered.incomplete("the table has no end")
    return [block for block in blocks if block.closed]


def _device(gathered: Gathered, blocks: list[Block]) -> str:
    """Note the first device's number and return its part. The tools are asked for one device at a time."""
    numbers = [number_or_unknown(row[1]) for block in blocks for row in block.rows if row[0] == "Device ID"]
    number = numbers[0] if numbers else None
    gathered.fact("device_id", number)
    if len(numbers) > 1:
        gathered.incomplete(f"{len(numbers)} devices in one output; their checks cannot be told apart")
    return f"gpu{number}" if isinstance(number, int) else "host"


def _said(block: Block) -> str:
    return "\n".join(row[1] for row in block.rows)


def _note_check(gathered: Gathered, name: str, said: str, device: str) -> None:
    result = _RESULT.search(said)
    word = result[1] if result else None
    facts: dict[str, Fact] = {"result": word, "warning": "warning" in said.lower()}
    if pids := [int(match[1]) for match in _PID.finditer(said)]:
        facts["pids"] = list(pids)
    gathered.facts_of(name, facts)
    if word is not None and word.lower() not in ("pass", "skip", "unknown"):
        is_software = _CONFIGURATION_CHECKS.search(name)
        kind = FindingClass.CONFIGURATION if is_software else FindingClass.HARDWARE
        gathered.found(kind, device, f"xpu.diag.{_slug(name)}", f"{name}: {said}")


def _thresholds(said: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for line in said.split("\n"):
        if (match := _THRESHOLD.match(line)) is not None:
            unit = "w" if "watt" in match[3].lower() else "c"
            facts[f"{match[1].lower()}_{unit}"] = quantity(f"{match[2]} {match[3]}", unit)
    return facts


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")

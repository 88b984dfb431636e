"""``mlxlink``: state, error counters and module of a network port (NVIDIA MFT), as JSON and as text.

Every value is text: a number, ``61 [-10..80]`` with its allowed range, lanes joined by commas, or ``{"values": []}`` of
lanes. A bit error rate of ``15E-255`` is mlxlink's zero. When ``status.code`` is not 0 the body is what an earlier
call left behind, so nothing of it counts. The text has the same sections, each under a line of dashes.
"""

import re
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import Lines, json_of, lines_of, text_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "mlxlink-json"
_RANGED = re.compile(r"([^\[\]]{1,200}?)(?: \[(-?[\d.]{1,12})\.\.(-?[\d.]{1,12})\])?")
_SPEED = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)G\b.{0,20}")
_OPERATIONAL = {
    "State": "state",
    "Physical state": "physical_state",
    "Speed": "speed",
    "Width": "width",
    "FEC": "fec",
    "Loopback Mode": "loopback",
    "Auto Negotiation": "autoneg",
}
_COUNTERS = {
    "Effective Physical Errors": "effective_errors",
    "Effective Physical BER": "effective_ber",
    "Raw Physical BER": "raw_ber",
    "Symbol Errors": "symbol_errors",
    "Symbol BER": "symbol_ber",
    "Link Down Counter": "link_down",
    "Link Error Recovery Counter": "link_error_recovery",
    "Time Since Last Clear [Min]": "minutes_since_clear",
}
_LANES = {"Raw Physical Errors Per Lane": "raw_errors", "Raw Physical BER Per Lane": "raw_ber"}
_MODULE_WORDS = {
    "Vendor Name": "module.vendor",
    "Vendor Part Number": "module.part",
    "Vendor Serial Number": "module.serial",
    "FW Version": "module.fw",
    "Identifier": "module.identifier",
    "Cable Type": "module.cable_type",
    "Compliance": "module.compliance",
    "Module State": "module.state",
}
_RANGES = {"Temperature [C]": ("temp", "c"), "Voltage [mV]": ("voltage", "mv")}
_MODULE_LANES = {
    "Rx Power Current [dBm]": ("rx_power", "dbm"),
    "Tx Power Current [dBm]": ("tx_power", "dbm"),
    "Bias Current [mA]": ("bias", "ma"),
}
_MBPS_PER_GBPS = 1000
# Gb/s of one lane (IBTA); mlxlink prints the generation only, "IB-HDR", and the width beside it.
_LANE_GBPS = {"SDR": 2.5, "DDR": 5, "QDR": 10, "FDR10": 10, "FDR": 14, "EDR": 25, "HDR": 50, "NDR": 100, "XDR": 200}
_IB_SPEED = re.compile(r"(?:IB-)?([A-Z]{3}(?:10)?)")
_WIDTH = re.compile(r"(\d{1,2})x", re.IGNORECASE)
_FLAGS = {  # of the module, one a lane: 1 is trouble
    "Rx LOS [per lane]": "rx_los",
    "Tx Fault [per lane]": "tx_fault",
    "Tx LOS [per lane]": "tx_los",
    "Rx CDR LOL [per lane]": "rx_cdr_lol",
    "Tx CDR LOL [per lane]": "tx_cdr_lol",
}
_EYE = {
    "Physical Grade": "eye.grade",
    "Height Eye Opening [mV]": "eye.height_mv",
    "Phase Eye Opening [psec]": "eye.phase_ps",
    "Initial FOM": "eye.initial_fom",
    "Last FOM": "eye.last_fom",
    "Upper Grades": "eye.upper",
    "Mid Grades": "eye.mid",
    "Lower Grades": "eye.lower",
}
_TEXT_PAIR = re.compile(r"([A-Z][A-Za-z0-9 ()\[\],/.-]{1,48}?)\s{0,40}: (\S.{0,200})")
_TEXT_RULE = re.compile(r"-{5,80}")
_TEXT_ERROR = re.compile(r"-E- (.{1,300})")
_LAST_LINE = re.compile(r"(?:MFT Version {1,40}: mft \d{1,3}\.\d{1,3}\.\d{1,3}-\d{1,5}|-E- .{1,300}\.)")
_SECTIONS = ("Operational Info", "Physical Counters and BER Info", "Module Info", "Troubleshooting Info")
# Opcodes of the troubleshooting page (PDDR): 0 no issue, 1 closed by command, 1023/1024 no cable or info not available.
_NO_ISSUE, _CONFIGURED = (0,), (1, 1023)


@reads(_TOOL)
def read_mlxlink_json(said: Completed) -> ToolReport:
    """Link state, bit error rates and errors by lane, module temperature (°C), voltage (mV) and light (dBm by lane).

    Raises:
        UnreadableError: not mlxlink's JSON.
    """
    if (refusal := _TEXT_ERROR.search(text_of(said)[:4000])) and "{" not in text_of(said):
        raise UnreadableError(refusal.group(1))
    document = json_of(said)
    code = number_or_unknown(at(document, "status", "code"))
    if code is None:
        raise UnreadableError("JSON without status.code: not mlxlink")
    draft = Draft(_TOOL, said)
    message = text_at(document, "status", "message")
    draft.fact("status.code", code)
    draft.fact("status.message", message)
    output = at(document, "result", "output")
    draft.fact("usable", code == 0 and isinstance(output, dict))
    if not draft.facts["usable"]:
        draft.fact("measurements", 0)
        return draft.failed(f"mlxlink status {code}: {message}")
    _note_output(draft, output)
    return draft.done()


@reads("mlxlink-text")
def read_mlxlink_text(said: Completed) -> ToolReport:
    """The same facts of the text. A section that mlxlink refuses with ``-E-`` leaves the others as they are.

    Raises:
        UnreadableError: no section of mlxlink.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE)
    output = _sections(lines)
    errors = [match.group(1).strip() for line in (*lines, lines.tail) if (match := _TEXT_ERROR.search(line))]
    if not any(section in output for section in _SECTIONS):
        raise UnreadableError(f"no section of mlxlink{f': {errors[0]}' if errors else ''}")
    draft = Draft("mlxlink-text", said)
    draft.note_end(lines)
    draft.fact("usable", True)
    _note_output(draft, output)
    for error in errors:
        draft.incomplete(error)
    return draft.done()


def _sections(lines: Lines) -> dict[str, dict[str, str]]:
    """Sections by title; of a second device in the same text nothing is taken."""
    output: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    before = ""
    for line in lines:
        if _TEXT_RULE.fullmatch(line.strip()):
            if before in output:
                break
            section = output.setdefault(before, {})
        elif match := _TEXT_PAIR.fullmatch(line.strip()):
            section.setdefault(match.group(1), match.group(2).strip())
        before = line.strip()
    return output


def _note_output(draft: Draft, output: Any) -> None:
    _note_link(draft, output)
    _note_module(draft, at(output, "Module Info"))
    _judge(draft, at(output, "Troubleshooting Info"))
    draft.total("measurements", sum(value is not None for value in draft.facts.values()))


def _note_link(draft: Draft, output: Any) -> None:
    for key, name in _OPERATIONAL.items():
        draft.fact(name, word_or_unknown(at(output, "Operational Info", key)))
    draft.fact("speed_mbps", _speed_mbps(str(draft.facts["speed"] or ""), str(draft.facts["width"] or "")))
    counters = at(output, "Physical Counters and BER Info")
    for key, name in _COUNTERS.items():
        if at(counters, key) is not None:
            draft.fact(name, number_or_unknown(at(counters, key)))
    for key, name in _LANES.items():
        for lane, value in enumerate(_lanes(at(counters, key))):
            draft.fact(f"{name}.lane{lane}", number_or_unknown(value))
    for key, name in _EYE.items():
        values = [number_or_unknown(value) for value in _lanes(at(output, "EYE Opening Info", key))]
        if any(value is not None for value in values):
            draft.fact(name, [*values])
    draft.fact("tool.fw", word_or_unknown(at(output, "Tool Information", "Firmware Version")))


def _speed_mbps(speed: str, width: str) -> int | float | None:
    """Of Ethernet the speed as printed; of InfiniBand the generation's speed of a lane times the lanes."""
    if match := _SPEED.fullmatch(speed):
        number = number_or_unknown(match.group(1))
        return None if number is None else number * _MBPS_PER_GBPS
    generation, lanes = _IB_SPEED.fullmatch(speed), _WIDTH.fullmatch(width)
    if generation is None or lanes is None or generation.group(1) not in _LANE_GBPS:
        return None
    return _LANE_GBPS[generation.group(1)] * int(lanes.group(1)) * _MBPS_PER_GBPS


def _lanes(value: Any) -> list[Any]:
    """The values of the lanes: an object holding a list, or one string joined by commas (with or without a range)."""
    if isinstance(value, dict):
        return items_at(value, "values")
    match = _RANGED.fullmatch(str(value or ""))
    return [part.strip() for part in match.group(1).split(",")] if match else []


def _note_module(draft: Draft, module: Any) -> None:
    for key, name in _MODULE_WORDS.items():
        draft.fact(name, word_or_unknown(at(module, key)))
    for key, (name, unit) in _RANGES.items():
        match = _RANGED.fullmatch(str(at(module, key) or ""))
        draft.fact(f"{name}_{unit}", number_or_unknown(match.group(1)) if match else None)
        if match and match.group(2):
            draft.fact(f"{name}.min_{unit}", number_or_unknown(match.group(2)))
            draft.fact(f"{name}.max_{unit}", number_or_unknown(match.group(3)))
    for key, (name, unit) in _MODULE_LANES.items():
        numbers: list[Fact] = [number_or_unknown(value) for value in _lanes(at(module, key))]
        draft.fact(f"{name}_{unit}", numbers if any(number is not None for number in numbers) else None)
    for key, name in _FLAGS.items():
        states = [number_or_unknown(value) for value in _lanes(at(module, key))]
        if any(state is not None for state in states):
            draft.fact(name, [*states])


def _judge(draft: Draft, trouble: Any) -> None:
    """mlxlink's own diagnosis: anything but "no issue" is a finding, the machine's unless somebody closed the port."""
    recommendation, opcode = (
        word_or_unknown(at(trouble, "Recommendation")),
        number_or_unknown(at(trouble, "Status Opcode")),
    )
    draft.fact("recommendation", recommendation)
    draft.fact("opcode", opcode)
    if opcode is None or opcode in _NO_ISSUE:
        return
    kind = FindingClass.CONFIGURATION if opcode in _CONFIGURED else FindingClass.HARDWARE
    draft.finding(kind, "port", f"mlxlink.opcode_{opcode}", recommendation or f"status opcode {opcode}")

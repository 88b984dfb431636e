"""``ipmitool mc info``: what the BMC is: firmware, IPMI version, maker, what it offers.

``Key : value``; two keys have their values on indented lines below.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import flag_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-mc-info"
_PAIR = re.compile(r"([A-Z][A-Za-z ]{1,32}?)\s{0,24}:(?:\s{1,4}(.{0,120}))?")
_NUMBER = re.compile(r"(\d{1,9})(?: \(0x[0-9a-fA-F]{1,8}\))?")
_WORDS = {
    "Firmware Revision": "firmware",
    "IPMI Version": "ipmi_version",
    "Manufacturer Name": "manufacturer",
    "Product Name": "product",
}
_NUMBERS = {
    "Device ID": "device_id",
    "Device Revision": "device_revision",
    "Manufacturer ID": "manufacturer_id",
    "Product ID": "product_id",
}
_FLAGS = {"Device Available": "available", "Provides Device SDRs": "provides_sdrs"}
_BYTE = re.compile(r"\s{1,8}0x[0-9a-f]{2}")
_SUPPORT, _AUX = "Additional Device Support", "Aux Firmware Rev Info"


@reads(_TOOL)
def read_ipmitool_mc_info(said: Completed) -> ToolReport:
    """Identity and firmware of the BMC; the bytes of the auxiliary firmware revision as printed.

    Raises:
        UnreadableError: not mc info.
    """
    lines = lines_of(with_errors(said)).with_tail(_BYTE)
    draft = Draft(_TOOL, said)
    below: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        if line[:1] in (" ", "\t") and line.strip() and key:
            below.setdefault(key, []).append(line.strip())
        elif match := _PAIR.fullmatch(line.rstrip()):
            key = match.group(1)
            if key == "Device ID" and "device_id" in draft.facts:
                draft.incomplete("more than one BMC in the output; the first is read")
                break
            _note(draft, key, (match.group(2) or "").strip())
    if "firmware" not in draft.facts or "device_id" not in draft.facts:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no device id and firmware revision: not ipmitool mc info: {first[:200]}")
    draft.note_end(lines)
    if not draft.cut and _SUPPORT in below:
        draft.fact("support_count", len(below[_SUPPORT]))
        draft.fact("support", [*below[_SUPPORT]])
    if not draft.cut:
        draft.fact("aux_fw", [*below[_AUX]] if _AUX in below else None)
    return draft.done()


def _note(draft: Draft, key: str, value: str) -> None:
    if key in _WORDS:
        draft.fact(_WORDS[key], None if not value or value.startswith("Unknown") else value)
    elif key in _NUMBERS:
        match = _NUMBER.fullmatch(value)
        draft.fact(_NUMBERS[key], int(match.group(1)) if match else None)
    elif key in _FLAGS:
        draft.fact(_FLAGS[key], flag_or_unknown(value))

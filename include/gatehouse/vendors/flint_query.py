"""``flint query`` (and ``mstflint``): firmware and identity of a network adapter or DPU.

``Key:  value``; option ROMs go on over lines that begin with ``type=``; some values stand before a count
(``b83fd20300909694        16``). ``mlxfwmanager`` and ``mlxup`` list every device with its current and its
available versions.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "flint-query"
_PAIR = re.compile(r"([A-Za-z][A-Za-z0-9 /().-]{1,40}):\s{1,40}(\S.{0,500})")
_LAST_LINE = re.compile(
    r"(?:Security Ver Program: .{0,20}|Secure Boot Capable: {1,40})(?:Enabled|Disabled)|-E- .{1,300}\."
)
_ROM = re.compile(r"\btype=(.{1,40}?) version=(\S{1,30})")
_ERROR = re.compile(r"-E- (.{1,300})")
_WORDS = {
    "Image type": "image_type",
    "FW Version": "fw",
    "FW Version(Running)": "fw_running",
    "FW Release Date": "fw_release",
    "Chip Revision": "chip_revision",
    "Image VSD": "image_vsd",
    "Device VSD": "device_vsd",
    "Orig PSID": "orig_psid",
    "Part Number": "part",
    "Product Version": "product_version",
    "PSID": "psid",
    "Security Attributes": "security",
    "Life cycle": "life_cycle",
    "Default Update Method": "update_method",
}
_FIRST_WORD = {"Base GUID": "base_guid", "Base MAC": "base_mac"}
_LISTS = {"GUIDs": "guids", "MACs": "macs"}  # of ConnectX-3 and before: a column for the node and each port
_BLANK = re.compile(r"f{12}|f{16}")  # flash that was never written
_ALWAYS = ("image_type", "fw", "fw_release", "psid", "part", "base_guid", "base_mac", "security", "secure_boot")


@reads(_TOOL)
def read_flint_query(said: Completed) -> ToolReport:
    """Firmware versions, PSID, base addresses, number of option ROMs and the security state.

    Raises:
        UnreadableError: not flint's output, or flint could not open the device.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE, ends=True)
    draft = Draft(_TOOL, said)
    roms = 0
    for line in lines:
        if line.startswith("Image type:") and "image_type" in draft.facts:
            draft.incomplete("more than one device in the output; the first is read")
            break
        roms += len(_ROM.findall(line))
        if match := _PAIR.fullmatch(line.strip()):
            _note(draft, match.group(1), match.group(2).strip())
    error = next((match.group(1) for line in (*lines, lines.tail) if (match := _ERROR.search(line))), None)
    if "fw" not in draft.facts and "image_type" not in draft.facts:
        raise UnreadableError(f"no firmware version{f': {error}' if error else ': not flint'}")
    for name in _ALWAYS if not lines.tail else ():
        draft.facts.setdefault(name, None)
    draft.total("roms", roms)
    draft.note_end(lines)
    if error:
        draft.incomplete(error)
    return draft.done()


def _note(draft: Draft, key: str, value: str) -> None:
    if key in _WORDS:
        draft.facts.setdefault(_WORDS[key], word_or_unknown(value))
    elif key in _FIRST_WORD:
        draft.facts.setdefault(_FIRST_WORD[key], word_or_unknown(value.split(maxsplit=1)[0]))
    elif key in _LISTS:
        draft.facts.setdefault(_LISTS[key], [None if _BLANK.fullmatch(word) else word for word in value.split()])
    elif key == "Device ID":
        draft.facts.setdefault("device_id", number_or_unknown(value))
    elif key == "Description":
        draft.facts.setdefault("description", word_or_unknown(value))
    elif key in ("Secure Boot Capable", "Secure Boot"):
        draft.fact("secure_boot", flag_or_unknown(value))


_DEVICE = re.compile(r"Device #(\d{1,3}):")
_VERSION = re.compile(r"\s{1,16}(FW|FW \(Running\)|PXE|UEFI)\s{1,24}(\S{1,24})\s{1,24}(\S{1,24})")
_MANAGER_WORDS = {
    "Device Type": "type",
    "Part Number": "part",
    "Description": "description",
    "PSID": "psid",
    "PCI Device Name": "pci",
    "Base GUID": "base_guid",
    "Base MAC": "base_mac",
    "Status": "status",
}
_VERSIONS = {"FW": "fw", "FW (Running)": "fw_running", "PXE": "pxe", "UEFI": "uefi"}


@reads("mlxfwmanager")
def read_mlxfwmanager(said: Completed) -> ToolReport:
    """Each device in order, ``dev0`` …: identity, the version that runs and the one that could be flashed.

    Raises:
        UnreadableError: no device in the output.
    """
    lines = lines_of(with_errors(said))
    draft = Draft("mlxfwmanager", said)
    devices = 0
    for line in lines:
        if _DEVICE.fullmatch(line.strip()):
            devices += 1
        elif devices and (match := _VERSION.fullmatch(line.rstrip())):
            name = f"dev{devices - 1}.{_VERSIONS[match.group(1)]}"
            draft.fact(name, word_or_unknown(match.group(2)))
            draft.fact(f"{name}_available", word_or_unknown(match.group(3)))
        elif devices and (match := _PAIR.fullmatch(line.strip())) and match.group(1) in _MANAGER_WORDS:
            draft.facts.setdefault(
                f"dev{devices - 1}.{_MANAGER_WORDS[match.group(1)]}", word_or_unknown(match.group(2))
            )
    error = next((match.group(1) for line in (*lines, lines.tail) if (match := _ERROR.search(line))), None)
    if not devices:
        raise UnreadableError(f"no device{f': {error}' if error else ': not mlxfwmanager'}")
    draft.total("devices", devices)
    draft.note_end(lines)
    if error:
        draft.incomplete(error)
    return draft.done()

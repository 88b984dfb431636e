"""Machine checks as text: mcelog's input and output, the kernel's ``Machine Check`` lines, and Xen's console.

Bits of MCi_STATUS are those of the Intel SDM, volume 3B, 16.3.2.2: VAL 63, OVER 62, UC 61, EN 60, MISCV 59, ADDRV 58,
PCC 57. The memory home units, HA (banks 7 and 8 of Ivy Bridge to Broadwell servers), tell of mirroring in MISC: bit 41
failover, bit 42 corrected by the mirror (16.5.3).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "mcelog-ascii"
_HEX = r"(?:0x)?([0-9a-fA-F]{1,16})\b"
_CPU_BANK = re.compile(r"\bCPU (\d{1,5}) (?:BANK )?(\d{1,3})\b(?!:)")
_KERNEL = re.compile(rf"\bCPU (\d{{1,5}}): Machine Check(?: Exception)?: {_HEX} Bank (\d{{1,3}}): {_HEX}")
_PROCESSOR = re.compile(r"\bPROCESSOR (\d{1,3}:(?:0x)?[0-9a-fA-F]{1,8})\b")
_REGISTERS = {
    name: re.compile(rf"(?<![A-Z]){word} {_HEX}")
    for name, word in (("status", "STATUS"), ("misc", "MISC"), ("addr", "ADDR"), ("mcgstatus", "MCGSTATUS"))
}
_XEN_CPU = re.compile(r"\(XEN\) .{0,200}?\bon CPU ?(\d{1,5})\b", re.IGNORECASE)
_XEN_CORRECTABLE = re.compile(r"(?<![a-z])correctable", re.IGNORECASE)
_BANK = re.compile(
    r"(?:^|\(XEN\) )\s{0,8}Bank (\d{1,3}): ([0-9a-f]{16})(?:\[[^\]]{0,20}\])?(?: at\s{1,10}([0-9a-f]{1,16}))?"
)
_OLD_KERNEL = re.compile(r"\bCPU (\d{1,5}): Machine Check Exception: ([0-9a-fA-F]{1,16})\s{0,4}$")
_NUMBERS = {name: re.compile(rf"\b{name.upper()} (\d{{1,12}})\b") for name in ("time", "socket")}
_CLOSED = re.compile(r".{0,200}[ :](?:0x)?[0-9a-f]{16}")  # a register of all its 64 bits
_SET_BITS = {"valid": 63, "overflow": 62, "uncorrected": 61, "enabled": 60, "context_corrupt": 57}
_MISC_VALID, _FAILOVER, _MIRROR_CORRECTED = 59, 41, 42
_HA_BANKS = ("7", "8")
_HA_MODELS = (62, 63, 79)  # Ivy Bridge-EP/EX, Haswell-EP/EX, Broadwell-EP/EX


@dataclass
class _Check:
    words: dict[str, Fact] = field(default_factory=dict)

    @property
    def status(self) -> int | None:
        status = self.words.get("status")
        return int(status, 16) if isinstance(status, str) else None


@reads(_TOOL)
def read_mcelog_ascii(said: Completed) -> ToolReport:
    """Machine checks in order, ``mce0`` …; the first one's facts stand bare too. Registers are hexadecimal text.

    Raises:
        UnreadableError: no machine check in a form that we know.
    """
    lines = lines_of(said).with_tail(_CLOSED)
    checks = [check for check in _checks(lines) if check.status is not None]
    if not checks:
        raise UnreadableError("no machine check with a status")
    draft = Draft(_TOOL, said)
    draft.total("records", len(checks))
    for index, check in enumerate(checks):
        facts = check.words | _decoded(check)
        for name, value in facts.items():
            draft.fact(f"mce{index}.{name}", value)
            if index == 0:
                draft.fact(name, value)
        _judge(draft, facts)
    draft.note_end(lines)
    return draft.done()


def _checks(lines: Lines) -> Iterator[_Check]:
    check: _Check | None = None
    for line in lines:
        begun = _begin(line)
        if begun is not None:
            if check:
                yield check
            check = begun
        if check is not None:
            _add(check, line)
    if check:
        yield check


def _begin(line: str) -> _Check | None:
    """A new machine check where a line begins one."""
    if match := _KERNEL.search(line):
        cpu, mcgstatus, bank, status = match.groups()
        return _Check({"cpu": int(cpu), "bank": int(bank), "mcgstatus": f"0x{mcgstatus}", "status": f"0x{status}"})
    if match := _OLD_KERNEL.search(line):  # its bank follows on a line of its own
        return _Check({"cpu": int(match.group(1)), "mcgstatus": f"0x{match.group(2)}"})
    if match := _XEN_CPU.search(line):
        return _Check({"cpu": int(match.group(1)), "correctable": bool(_XEN_CORRECTABLE.search(line))})
    if match := _CPU_BANK.match(line.strip()):
        return _Check({"cpu": int(match.group(1)), "bank": int(match.group(2))})
    return None


def _add(check: _Check, line: str) -> None:
    if match := _BANK.search(line):
        check.words.setdefault("bank", int(match.group(1)))
        check.words.setdefault("status", match.group(2))
        check.words.setdefault("addr", match.group(3))
        return
    if match := _PROCESSOR.search(line):
        check.words.setdefault("processor", match.group(1))
    for name, pattern in _NUMBERS.items():
        if match := pattern.search(line):
            check.words.setdefault(name, int(match.group(1)))
    for name, register in _REGISTERS.items():
        if match := register.search(line):
            check.words.setdefault(name, f"0x{match.group(1)}")


def _decoded(check: _Check) -> dict[str, Fact]:
    status = check.status or 0
    facts: dict[str, Fact] = {f"status.{name}": bool(status >> bit & 1) for name, bit in _SET_BITS.items()}
    facts["status.mcacod"] = f"0x{status & 0xFFFF:04x}"
    facts["correctable"] = check.words.get("correctable", not facts["status.uncorrected"])
    if _from_ha(check) and status >> _MISC_VALID & 1:
        misc = int(str(check.words["misc"]), 16)
        facts["mirror_failover"] = bool(misc >> _FAILOVER & 1)
        facts["mirror_corrected"] = bool(misc >> _MIRROR_CORRECTED & 1)
    return facts


def _from_ha(check: _Check) -> bool:
    """Whether the record is of an HA, whose MISC tells of mirroring."""
    if str(check.words.get("bank")) not in _HA_BANKS or "misc" not in check.words:
        return False
    vendor, _, signature = str(check.words.get("processor", "")).partition(":")
    number = int(signature, 16) if signature else 0
    return vendor == "0" and (number >> 4 & 0xF | number >> 12 & 0xF0) in _HA_MODELS


def _judge(draft: Draft, facts: dict[str, Fact]) -> None:
    signature = "mce.corrected" if facts["correctable"] else "mce.uncorrected"
    if facts.get("mirror_failover"):
        signature = "mce.mirror_failover"
    text = f"machine check of CPU {facts.get('cpu')}, bank {facts.get('bank')}, status {facts['status']}"
    draft.hardware(f"cpu{facts.get('cpu')}", signature, text)

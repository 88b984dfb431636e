"""Machine checks as text: mcelog's input and output, the kernel's ``Machine Check`` lines, and Xen's console.

Bits of MCi_STATUS are those of the Intel SDM, volume 3B, 16.3.2.2: VAL 63, OVER 62, UC 61, EN 60, MISCV 59, ADDRV 58,
PCC 57, S 56, AR 55, the corrected count in 52:38. The memory home units tell of mirroring in MISC (16.5.3): bit 41
failover and bit 42 corrected by the mirror in the HA of Ivy Bridge to Broadwell servers (banks 7 and 8), bits 63 and 62
in the M2M of Skylake to Cooper Lake (banks 7 and 8) and of Ice Lake (banks 12, 16, 20 and 24).
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
    name: re.compile(rf"(?<![A-Z]){word}\s{{1,8}}{_HEX}")
    for name, word in (
        *((name, name.upper()) for name in ("status", "misc", "addr", "mcgstatus", "mcgcap", "tsc", "ppin")),
        ("apicid", "APIC(?:ID)?"),
        ("microcode", "(?:MICROCODE|microcode)"),
    )
}
_XEN_CPU = re.compile(r"\(XEN\) .{0,200}?\bon CPU ?(\d{1,5})\b", re.IGNORECASE)
_XEN_CORRECTABLE = re.compile(r"(?<![a-z])correctable", re.IGNORECASE)
_BANK = re.compile(
    r"(?:^|\(XEN\) )\s{0,8}Bank (\d{1,3}): ([0-9a-f]{16})(?:\[[^\]]{0,20}\])?(?: at\s{1,10}([0-9a-f]{1,16}))?"
)
_OLD_KERNEL = re.compile(r"\bCPU (\d{1,5}): Machine Check Exception: ([0-9a-fA-F]{1,16})\s{0,4}$")
_NUMBERS = {"time": re.compile(r"\bTIME (\d{1,12})\b"), "socket": re.compile(r"\bSOCKET(?:ID)? (\d{1,12})\b")}
_CPUID = re.compile(r"CPUID Vendor (\S{1,30}) Family (\d{1,6}) Model (\d{1,6})\b")
_MCA = re.compile(r"MCA: (\S.{0,120})")
_CLOSED = re.compile(r".{0,200}[ :](?:0x)?[0-9a-f]{16}")  # a register of all its 64 bits
_SET_BITS = {"valid": 63, "overflow": 62, "uncorrected": 61, "enabled": 60, "context_corrupt": 57}
_INTEL_BITS = {"signaled": 56, "action_required": 55}
_MISC_VALID = 59
_HA, _M2M = (41, 42), (63, 62)  # bits of MISC: failover, corrected by the mirror
_MIRRORING: dict[int, tuple[tuple[int, int], tuple[int, ...]]] = {
    **dict.fromkeys((62, 63, 79), (_HA, (7, 8))),  # Ivy Bridge-EP/EX, Haswell-EP/EX, Broadwell-EP/EX
    85: (_M2M, (7, 8)),  # Skylake to Cooper Lake servers
    **dict.fromkeys((106, 108), (_M2M, (12, 16, 20, 24))),  # Ice Lake servers
}


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
    if match := _CPUID.search(line):
        check.words.setdefault("vendor", match.group(1))
        check.words.setdefault("family", int(match.group(2)))
        check.words.setdefault("model", int(match.group(3)))
    if match := _MCA.match(line.strip()):
        check.words.setdefault("mca", match.group(1).strip())
    for name, pattern in _NUMBERS.items():
        if match := pattern.search(line):
            check.words.setdefault(name, int(match.group(1)))
    for name, register in _REGISTERS.items():
        if match := register.search(line):
            check.words.setdefault(name, f"0x{match.group(1)}")


def _decoded(check: _Check) -> dict[str, Fact]:
    status = check.status or 0
    facts: dict[str, Fact] = {f"status.{name}": bool(status >> bit & 1) for name, bit in _SET_BITS.items()}
    facts |= {"status.mcacod": f"0x{status & 0xFFFF:04x}", "status.mscod": f"0x{status >> 16 & 0xFFFF:04x}"}
    if str(check.words.get("processor", "0:")).startswith("0:"):
        facts |= {f"status.{name}": bool(status >> bit & 1) for name, bit in _INTEL_BITS.items()}
    # Of a register that is not valid the other bits mean nothing.
    from_bits = not facts["status.uncorrected"] if facts["status.valid"] else None
    facts["correctable"] = check.words.get("correctable", from_bits)
    bits = _mirror_bits(check)
    if bits is not None and status >> _MISC_VALID & 1:
        misc = int(str(check.words["misc"]), 16)
        facts |= {"mirror_failover": bool(misc >> bits[0] & 1), "mirror_corrected": bool(misc >> bits[1] & 1)}
    return facts


def _mirror_bits(check: _Check) -> tuple[int, int] | None:
    """Where MISC tells of mirroring, when the record is of a unit whose MISC does."""
    vendor, _, signature = str(check.words.get("processor", "")).partition(":")
    number = int(signature, 16) if signature else 0
    bits, banks = _MIRRORING.get(number >> 4 & 0xF | number >> 12 & 0xF0, (None, ()))
    return bits if vendor == "0" and "misc" in check.words and check.words.get("bank") in banks else None


def _judge(draft: Draft, facts: dict[str, Fact]) -> None:
    if facts["correctable"] is None:
        return
    signature = "mce.corrected" if facts["correctable"] else "mce.uncorrected"
    if facts.get("mirror_failover"):
        signature = "mce.mirror_failover"
    text = f"machine check of CPU {facts.get('cpu')}, bank {facts.get('bank')}, status {facts['status']}"
    draft.hardware(f"cpu{facts.get('cpu')}", signature, text)

"""What the words after an Xid's number tell: where in memory, which link, which engine, which function.

Forms: NVIDIA's open kernel modules (their printf formats) and the Xid catalogue (docs.nvidia.com/deploy/xid-errors).
"""

import re
from collections.abc import Iterator

from gatehouse.model.readings import Fact
from gatehouse.vendors.kernel_log_lines import END

_HEX = r"0x[0-9a-fA-F_]{1,20}"
# Name of the fact below ``xid.N``, and where it stands in the text.
_NUMBERS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern + END)
    for name, pattern in {
        "detail.partition": r"(?<!sub)partition (\d{1,4})",
        "detail.subpartition": r"subpartition (\d{1,4})",
        "detail.gpc": r"\bGPC ?(\d{1,3})",
        "detail.tpc": r"\bTPC ?(\d{1,3})",
        "detail.sm": r"\bSM (\d{1,3})",
        "detail.link": r"\b[Ll]ink (-?\d{1,3})",
        "detail.timeout_s": r"Timeout after (\d{1,6})s",
        "detail.function": r"(?:Expected function|function) (\d{1,6})",
        "detail.xc": r"\bXC ?(\d{1,3})",
    }.items()
}
_WORDS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "detail.physaddr": rf"physAddr ({_HEX}){END}",
        "detail.engine": rf"ENGINE (\w{{1,40}}){END}",
        "detail.client": rf"\b((?:GPC|HUB)CLIENT_\w{{1,40}}){END}",
        "detail.address": rf"faulted @ ({_HEX}){END}",
        "detail.fault": rf"of type (FAULT_\w{{1,60}}){END}",
        "detail.access": rf"(ACCESS_TYPE_\w{{1,60}}){END}",
        "detail.function_name": r"function \d{1,6} \((\w{1,80})\)",
        "detail.unit": rf"[, ] ?([A-Z][A-Z0-9]{{1,12}}(?:_[A-Z0-9]{{1,16}}){{1,4}}){END}\s{{1,4}}(?=Fatal|Non-?fatal)",
        "detail.severity": r"[, ] ?[A-Z0-9_]{3,60}\s{1,4}(Fatal|Non-?[Ff]atal)\b",
        "detail.contained": r"\b(?:Contained|Uncontained): ([^.(]{1,60}?) \(",
        "row": r"row \((0x[0-9a-fA-F]{1,16})\)",
        "page": r"[Pp]age Retirement.{1,80}\((0x[0-9a-fA-F]{1,16})\)",
    }.items()
}
_RESETS = {"detail.rst": re.compile(r"[ .]RST: (Yes|No)\b"), "detail.d_rst": re.compile(r"D-RST: (Yes|No)\b")}
_RECOVERY = re.compile(
    rf"recovery action changed from (0x[0-9a-fA-F]{{1,4}}){END} \(([^)]{{1,60}})\) to (0x[0-9a-fA-F]{{1,4}}){END}"
    r" \(([^)]{1,60})\)"
)
_PROCESS = re.compile(rf"pid='?(\d{{1,10}}){END}'?(?:, name=([^,]{{1,64}}),)?")
_CHANNEL = re.compile(rf"\bCh ([0-9a-fA-F]{{4,8}}){END}")


def details_of(text: str) -> dict[str, Fact]:
    """The details of one Xid by the name of their fact; only those that its words give."""
    return dict(_details(text))


def _details(text: str) -> Iterator[tuple[str, Fact]]:
    for name, pattern in _NUMBERS.items():
        if (number := pattern.search(text)) is not None:
            yield name, int(number[1])
    for name, pattern in _WORDS.items():
        if (word := pattern.search(text)) is not None:
            yield name, word[1]
    for name, pattern in _RESETS.items():
        if (asked := pattern.search(text)) is not None:
            yield name, asked[1] == "Yes"
    if (changed := _RECOVERY.search(text)) is not None:
        yield "detail.from", changed[2]
        yield "detail.to", changed[4]


def process_of(text: str) -> tuple[int, str | None] | None:
    """The process that the driver names, with its name; None where it says that it does not know."""
    match = _PROCESS.search(text)
    return None if match is None else (int(match[1]), match[2])


def channel_of(text: str) -> str | None:
    """The channel that the driver names."""
    match = _CHANNEL.search(text)
    return match[1] if match else None


def recovery_of(text: str) -> str | None:
    """The recovery action that an Xid 154 now asks for: ``None``, ``GPU Reset Required``, …"""
    match = _RECOVERY.search(text)
    return match[4] if match else None

"""``ras-mc-ctl --summary``: what rasdaemon counted of memory, PCIe, CPU and disk errors since its database began.

Each subject has a section with lines, or the sentence ``No … errors.``; a subject that is not mentioned was not
compiled in, and stays unknown.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ras-mc-ctl-summary"
_SECTION = re.compile(r"(Memory controller|PCIe AER|ARM processor|MCE|Extlog|Disk|Devlink|CXL[\w .-]{0,40}) .{0,30}:")
_NONE = re.compile(
    r"No (Memory|PCIe AER|ARM processor|MCE|Extlog|disk|devlink|CXL[\w .-]{0,40}?) (?:errors|records)\.?", re.IGNORECASE
)
_DIMM = re.compile(
    r"(Corrected|Uncorrected|Deferred|Fatal|Info) on DIMM Label\(s\): '(.{0,200}?)' "
    r"location: (\S{1,60}) errors: (\d{1,12})"
)
_AER = re.compile(r"(\d{1,12}) (Corrected|Uncorrected \(Non-Fatal\)|Uncorrected \(Fatal\)|Fatal) errors?: (.{1,200})")
_ARM = re.compile(r"CPU\(mpidr=(0x[0-9a-f]{1,16})\) has (\d{1,12}) errors?")
_COUNT = re.compile(r"(\d{1,12}) (.{1,200}?) errors?(?: .{0,80})?")
_HAS = re.compile(r"(\S{1,80}) has (\d{1,12}) errors?")
_CLOSED = re.compile(r"No .{1,60} errors\.|\s{0,16}CPU\(mpidr=0x[0-9a-f]{1,16}\) has \d{1,12} errors")
_AER_NAMES = {
    "Corrected": "aer.corrected",
    "Uncorrected (Non-Fatal)": "aer.uncorrected_nonfatal",
    "Uncorrected (Fatal)": "aer.uncorrected_fatal",
    "Fatal": "aer.uncorrected_fatal",
}
_ZEROES = {
    "memory": ("memory.corrected", "memory.uncorrected"),
    "pcie aer": ("aer.corrected", "aer.uncorrected_nonfatal", "aer.uncorrected_fatal"),
    "arm processor": ("arm.cpu_errors",),
    "mce": ("mce.errors",),
    "extlog": ("extlog.errors",),
    "disk": ("disk.errors",),
}


@reads(_TOOL)
def read_ras_mc_ctl_summary(said: Completed) -> ToolReport:
    """Counts by subject, with label and location of each DIMM. Corrected memory errors are counted, not judged.

    Raises:
        UnreadableError: no section of the summary.
    """
    lines = lines_of(said).with_tail(_CLOSED)
    draft = Draft(_TOOL, said)
    section, dimms, is_open = "", 0, False
    for line in lines:
        text = line.strip()
        is_open = bool(text) and (is_open or bool(_SECTION.fullmatch(text)))
        if match := _NONE.fullmatch(text):
            _start(draft, match.group(1).lower())
        elif match := _SECTION.fullmatch(text):
            section = match.group(1).lower().replace("memory controller", "memory")
            _start(draft, section)
        elif match := _DIMM.fullmatch(text):
            _note_dimm(draft, match, dimms)
            dimms += 1
        elif text and section:
            _note_line(draft, section, text)
    if not draft.facts:
        raise UnreadableError("no section of a ras-mc-ctl summary")
    _judge(draft)
    if lines.tail or (is_open and lines.whole[-1].strip().endswith(":")):
        draft.was_cut(f"the section {section!r} is cut")
        for name in _ZEROES.get(section, ()) if is_open else ():
            draft.facts.pop(name)  # a sum of what came before the cut is no sum
    draft.note_end(lines)
    return draft.done()


def _start(draft: Draft, section: str) -> None:
    for name in _ZEROES.get(section, ()):
        draft.facts.setdefault(name, 0)


def _add(draft: Draft, name: str, count: int) -> None:
    known = draft.facts.get(name)
    draft.fact(name, (known if isinstance(known, int) else 0) + count)


def _note_dimm(draft: Draft, match: re.Match[str], index: int) -> None:
    kind, label, location, count = match.groups()
    _add(draft, "memory.corrected" if kind in ("Corrected", "Info") else "memory.uncorrected", int(count))
    draft.fact(f"dimm{index}.label", label)
    draft.fact(f"dimm{index}.location", location)
    draft.fact(f"dimm{index}.kind", kind.lower())
    draft.fact(f"dimm{index}.errors", int(count))
    if kind not in ("Corrected", "Info"):
        draft.hardware(f"dimm {label}"[:80], "memory.uncorrected", match.group(0))


def _note_line(draft: Draft, section: str, text: str) -> None:
    if section == "pcie aer" and (match := _AER.fullmatch(text)):
        name = _AER_NAMES[match.group(2)]
        _add(draft, name, int(match.group(1)))
        draft.facts.setdefault("aer.type", match.group(3).strip())
        if name != "aer.corrected":
            draft.hardware("pcie", name, text)
    elif section == "arm processor" and (match := _ARM.fullmatch(text)):
        _add(draft, "arm.cpu_errors", int(match.group(2)))
        draft.facts.setdefault("arm.first_mpidr", match.group(1))
    elif section == "disk" and (match := _HAS.fullmatch(text)):
        _add(draft, "disk.errors", int(match.group(2)))
    elif section in ("mce", "extlog") and (match := _COUNT.fullmatch(text)):
        _add(draft, f"{section}.errors", int(match.group(1)))
        draft.hardware("cpu", f"{section}.errors", text)


def _judge(draft: Draft) -> None:
    if draft.facts.get("arm.cpu_errors"):
        draft.hardware("cpu", "arm.cpu_errors", f"{draft.facts['arm.cpu_errors']} ARM processor errors")
    if draft.facts.get("disk.errors"):
        draft.hardware("storage", "disk.errors", f"{draft.facts['disk.errors']} disk errors")

"""``ras-mc-ctl``: what rasdaemon counted of memory, PCIe, CPU, CXL and disk errors since its database began.

``--summary`` has for each subject a section with counts, or the sentence ``No … errors.``; a subject that is not
mentioned was not compiled in, and stays unknown. ``--errors`` has the same sections with a line an event, and
``--error-count`` a table of the counters that the EDAC driver holds.
"""

import re
from dataclasses import dataclass

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ras-mc-ctl-summary"
_SECTION = re.compile(
    r"(Memory controller|Memory failure|PCIe AER|ARM processor|MCE|Extlog|Disk|Devlink|SIGNAL|NVIDIA(?: Vera)?"
    r"|CXL[\w .-]{0,40}?) {1,2}(?:events|records|errors)(?: summary)?:"
)
_NONE = re.compile(
    r"No (Memory failure|Memory|PCIe AER|ARM processor|MCE|Extlog|disk|devlink|SIGNAL|NVIDIA(?: Vera)?"
    r"|CXL[\w .-]{0,40}?)(?: (?:errors|records|events))?\.?",
    re.IGNORECASE,
)
_DIMM = re.compile(
    r"(Corrected|Uncorrected|Deferred|Fatal|Info) on DIMM Label\(s\): '(.{0,200}?)' "
    r"location: (\S{1,60}) errors: (\d{1,12})"
)
_AER = re.compile(r"(\d{1,12}) (Corrected|Uncorrected \(Non-Fatal\)|Uncorrected \(Fatal\)|Fatal) errors?: (.{1,200})")
_ARM = re.compile(r"CPU\(mpidr=(0x[0-9a-f]{1,16})\) has (\d{1,12}) errors?")
_COUNT = re.compile(r"(\d{1,12}) (.{1,200}?) errors?(?: .{0,80})?")
_LAST_COUNT = re.compile(r"(.{1,120}?) errors: (\d{1,12})")
_NVIDIA = re.compile(r"NVIDIA (?:Vera )?device \(signature=(.{0,60}), socket=(-?\d{1,6})\) has (\d{1,12}) errors")
_EVENT = re.compile(r"(\d{1,12}) (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?: [+-]\d{4})?) (.{1,1500})")
_MEMORY_EVENT = re.compile(
    r"(\d{1,12}) (Corrected|Uncorrected|Deferred|Fatal|Info) error\(s\): "
    r"(.{0,200}?) at (.{0,200}?) location: ([^\s,]{1,60})"
)
_AER_EVENT = re.compile(
    r"(\S{1,40}) (Corrected|Uncorrected \(Non-Fatal\)|Uncorrected \(Fatal\)|Fatal) error: (.{1,200})"
)
_COUNTER = re.compile(r"(\S.{0,118}?\S)\t+\s{0,8}(\d{1,12})\t+\s{0,8}(\d{1,12})")
_COUNTER_HEADING = re.compile(r"Label\s+CE\s+UE")
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
_TROUBLE = re.compile(r"DBD::|DBI |Can't call method |ras-mc-ctl: Error")  # of perl, where a table is missing


@dataclass(slots=True)
class _Place:
    """Where in the output we are: the section, whether it may go on, and the DIMM records so far."""

    section: str = ""
    is_open: bool = False
    is_table: bool = False
    dimms: int = 0


@reads(_TOOL)
def read_ras_mc_ctl_summary(said: Completed) -> ToolReport:
    """Counts by subject, with label and location of each DIMM. Corrected memory errors are counted, not judged.

    Raises:
        UnreadableError: no section of ras-mc-ctl.
    """
    lines = lines_of(said).with_tail(_CLOSED)
    draft = Draft(_TOOL, said)
    place = _Place()
    for line in lines:
        text = line.strip()
        place.is_open = bool(text) and (place.is_open or bool(_SECTION.fullmatch(text)))
        if not _begins(draft, place, text):
            _read_line(draft, place, text)
    if not draft.facts:
        raise UnreadableError(f"no section of ras-mc-ctl{_first(lines)}")
    _judge(draft)
    trouble = next((line.strip() for line in lines if _TROUBLE.match(line.strip())), None)
    if trouble is not None:  # what the database lacks was not counted
        draft.incomplete(trouble[:200])
        draft.finding(FindingClass.TOOL_ERROR, "host", "ras.query_failed", trouble[:300])
    if lines.tail or (place.is_open and lines.whole[-1].strip().endswith(":")):
        draft.was_cut(f"the section {place.section!r} is cut")
        for name in _zeroes(place.section) if place.is_open else ():
            draft.facts.pop(name, None)  # a sum of what came before the cut is no sum
    draft.note_end(lines)
    return draft.done()


def _begins(draft: Draft, place: _Place, text: str) -> bool:
    """Whether a line begins a section or a table, or says that a subject has no errors."""
    if match := _NONE.fullmatch(text):
        _start(draft, _subject(match.group(1)))
    elif match := _SECTION.fullmatch(text):
        place.section = _subject(match.group(1))
        _start(draft, place.section)
    elif _COUNTER_HEADING.fullmatch(text):
        place.is_table = True
    else:
        return False
    return True


def _read_line(draft: Draft, place: _Place, text: str) -> None:
    if match := _DIMM.fullmatch(text):
        _note_dimm(draft, place.dimms, match.group(1), match.group(2), match.group(3), int(match.group(4)))
        place.dimms += 1
    elif place.is_table and (match := _COUNTER.fullmatch(text)):
        _note_counter(draft, place.dimms, match)
        place.dimms += 1
    elif text and place.section and (match := _EVENT.fullmatch(text)):
        place.dimms += _note_event(draft, place.section, place.dimms, match)
    elif text and place.section:
        _note_line(draft, place.section, text)


def _first(lines: Lines) -> str:
    first = next((line.strip() for line in (*lines, lines.tail) if line.strip()), "")
    return f": {first[:200]}"


def _subject(words: str) -> str:
    subject = re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()
    return "memory" if subject == "memory controller" else subject


def _zeroes(section: str) -> tuple[str, ...]:
    return _ZEROES.get(section, (f"{section.replace(' ', '_')}.errors",))


def _start(draft: Draft, section: str) -> None:
    for name in _zeroes(section):
        draft.facts.setdefault(name, 0)


def _add(draft: Draft, name: str, count: int) -> None:
    known = draft.facts.get(name)
    draft.fact(name, (known if isinstance(known, int) else 0) + count)


def _note_dimm(draft: Draft, index: int, kind: str, label: str, location: str, count: int) -> None:
    is_corrected = kind in ("Corrected", "Info")
    _add(draft, "memory.corrected" if is_corrected else "memory.uncorrected", count)
    draft.fact(f"dimm{index}.label", label)
    draft.fact(f"dimm{index}.location", location)
    draft.fact(f"dimm{index}.kind", kind.lower())
    draft.fact(f"dimm{index}.errors", count)
    if not is_corrected:
        text = f"{count} {kind.lower()} on DIMM {label!r} at {location}"
        draft.hardware(f"dimm {label}"[:80], "memory.uncorrected", text)


def _note_counter(draft: Draft, index: int, match: re.Match[str]) -> None:
    """A row of ``--error-count``."""
    label, corrected, uncorrected = match.group(1), int(match.group(2)), int(match.group(3))
    for name, count in (("memory.corrected", corrected), ("memory.uncorrected", uncorrected)):
        _add(draft, name, count)
        draft.total(name, draft.facts[name])
    draft.fact(f"dimm{index}.label", label)
    draft.fact(f"dimm{index}.corrected", corrected)
    draft.fact(f"dimm{index}.uncorrected", uncorrected)
    if uncorrected:
        draft.hardware(f"dimm {label}"[:80], "memory.uncorrected", f"{uncorrected} uncorrected on {label}")


def _note_event(draft: Draft, section: str, dimms: int, match: re.Match[str]) -> int:
    """A line of ``--errors``; the number of DIMM records that it adds."""
    time, said = match.group(2), match.group(3)
    draft.facts.setdefault("first.time", time)
    draft.total("last.time", max(time, str(draft.facts.get("last.time", ""))))
    if section == "memory" and (event := _MEMORY_EVENT.match(said)):
        count, kind, message, label, location = event.groups()
        _note_dimm(draft, dimms, kind, label, location, int(count))
        draft.fact(f"dimm{dimms}.message", message)
        draft.fact(f"dimm{dimms}.time", time)
        return 1
    if section == "pcie aer" and (event := _AER_EVENT.match(said)):
        _note_aer(draft, event.group(2), 1, event.group(3), event.group(0))
        draft.facts.setdefault("aer.device", event.group(1))
    elif section not in ("memory", "pcie aer"):
        _add(draft, _zeroes(section)[0], 1)
    return 0


def _note_aer(draft: Draft, kind: str, count: int, message: str, text: str) -> None:
    name = _AER_NAMES[kind]
    _add(draft, name, count)
    draft.facts.setdefault("aer.type", message.strip())
    if name != "aer.corrected":
        draft.hardware("pcie", name, text)


def _note_line(draft: Draft, section: str, text: str) -> None:
    name = _zeroes(section)[0]
    if section == "pcie aer":
        if match := _AER.fullmatch(text):
            _note_aer(draft, match.group(2), int(match.group(1)), match.group(3), text)
    elif section == "arm processor":
        if match := _ARM.fullmatch(text):
            _add(draft, name, int(match.group(2)))
            draft.facts.setdefault("arm.first_mpidr", match.group(1))
    elif match := _NVIDIA.fullmatch(text):
        _add(draft, name, int(match.group(3)))
        draft.hardware(f"socket{match.group(2)}", "nvidia.errors", text)
    elif match := _HAS.fullmatch(text):
        _add(draft, name, int(match.group(2)))
    elif section in ("mce", "extlog") and (match := _COUNT.fullmatch(text)):
        _add(draft, name, int(match.group(1)))
        draft.hardware("cpu", name, text)
    elif section != "memory" and (match := _LAST_COUNT.fullmatch(text)):
        _add(draft, name, int(match.group(2)))
        if section.startswith("cxl"):
            draft.hardware(match.group(1)[:80], name, text)


def _judge(draft: Draft) -> None:
    if draft.facts.get("arm.cpu_errors"):
        draft.hardware("cpu", "arm.cpu_errors", f"{draft.facts['arm.cpu_errors']} ARM processor errors")
    if draft.facts.get("disk.errors"):
        draft.hardware("storage", "disk.errors", f"{draft.facts['disk.errors']} disk errors")

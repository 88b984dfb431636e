"""nvidia-smi nvlink: the speed of every link of every GPU (-s), error counters (-e), remote ends (-p, -R), and what a
link is capable of (-c).

A device without NVLink is told apart from one whose links are all down.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.pci_address import PATTERN
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads

_GPU = re.compile(r"^GPU (\d{1,4}): (.{1,200}?) \(UUID: ([0-9A-Za-z-]{1,80})\)\s*$")
_LINK = re.compile(r"^\s*Link (\d{1,3})[:,] (.+)$")
_SPEED = re.compile(r"([\d.]{1,12} [KMGT]?B/s)\s*$")
_COUNTER = re.compile(r"([A-Za-z][\w .()-]{0,60}?): (\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,4})?|N/A)( KiB)?\s*$")
_CAPABILITY = re.compile(r"([A-Za-z][\w .()-]{0,60}?): (true|false)\s*$")
_REMOTE = re.compile(rf"(?:Remote Device )?({PATTERN})(?:: Link (\d{{1,3}}))?\s*$")
_NOT_ASKED = re.compile(r"not supported for devices in MIG mode", re.IGNORECASE)
_ALL_INACTIVE = re.compile(r"all links are in-?active", re.IGNORECASE)
_UNSUPPORTED = re.compile(r"does not (?:have or )?support nvlink|nvlink is not supported", re.IGNORECASE)
_INACTIVE = re.compile(r"<?in-?active>?|off|disabled", re.IGNORECASE)


@dataclass(slots=True)
class _Gpu:
    """One GPU as listed: its links' speeds (0 when inactive, None when unknown), counters and messages."""

    name: str
    uuid: str
    speeds: dict[int, int | float | None] = field(default_factory=dict)
    counters: dict[int, dict[str, int | float | str | None]] = field(default_factory=dict)
    inactive: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    message: str = ""

    @property
    def is_explained(self) -> bool:
        """Whether the message says why no link is listed."""
        return any(words.search(self.message) for words in (_ALL_INACTIVE, _UNSUPPORTED, _NOT_ASKED))

    @property
    def links(self) -> list[int]:
        """The links that are listed, by speed or by counters."""
        return sorted({*self.speeds, *self.counters, *self.unknown})


@reads("nvidia-smi-nvlink")
def read_nvidia_smi_nvlink(said: Completed) -> ToolReport:
    """Links by GPU with their speed in GB/s, how many are inactive, and error counters where they were asked for.

    Raises:
        UnreadableError: no GPU is listed.
    """
    gathered, text = gather("nvidia-smi-nvlink", said)
    gpus: dict[int, _Gpu] = {}
    for line in text.split("\n"):
        _read_line(gpus, line)
    if not any(gpu.links or gpu.is_explained for gpu in gpus.values()):
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("no GPU with the status of its NVLinks")
        return report
    _note_cut(gathered, text, gpus)
    for index, gpu in gpus.items():
        _note_gpu(gathered, f"gpu{index}", gpu)
    gathered.facts_of("", _totals(gpus))
    for name in dict.fromkeys(gpu.name for gpu in gpus.values()):
        counts = [len(gpu.links) for gpu in gpus.values() if gpu.name == name]
        if min(counts) != max(counts):
            gathered.incomplete(f"between {min(counts)} and {max(counts)} links are listed for the GPUs {name}")
    note_complaints(gathered, text)
    return gathered.done()


def _read_line(gpus: dict[int, _Gpu], line: str) -> None:
    if (match := _GPU.match(line)) is not None:
        gpus[int(match[1])] = _Gpu(match[2].strip(), match[3])
        return
    gpu = next(reversed(gpus.values()), None)
    if gpu is None or not line.strip():
        return
    if (link := _LINK.match(line)) is not None:
        _read_link(gpu, int(link[1]), link[2].strip())
    elif not gpu.links:
        gpu.message = gpu.message or line.strip()


def _read_link(gpu: _Gpu, index: int, said: str) -> None:
    if _INACTIVE.fullmatch(said):
        gpu.inactive.append(index)
        gpu.speeds[index] = None
    elif (speed := _SPEED.fullmatch(said)) is not None:
        gpu.speeds[index] = quantity(speed[1], "gbps")
    elif (counter := _COUNTER.fullmatch(said)) is not None:
        name = _name(counter[1]) + ("_kib" if counter[3] else "")
        gpu.counters.setdefault(index, {})[name] = number_or_unknown(counter[2])
    elif (capability := _CAPABILITY.fullmatch(said)) is not None:
        gpu.counters.setdefault(index, {})[_name(capability[1])] = capability[2] == "true"
    elif (remote := _REMOTE.fullmatch(said)) is not None:
        ends = gpu.counters.setdefault(index, {})
        ends["remote_pci"] = remote[1]
        if remote[2]:
            ends["remote_link"] = int(remote[2])
    else:
        gpu.unknown.append(index)


def _name(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _note_cut(gathered: Gathered, text: str, gpus: dict[int, _Gpu]) -> None:
    """A list without a newline at its end is whole when its last line is; counters have no unit to tell that by."""
    last = text.rsplit("\n", 1)[-1]
    if not last.strip():
        return
    whole = _LINK.match(last) and _SPEED.search(last)
    final = next(reversed(gpus.values()))
    if not whole and not any(words.search(last) for words in (_ALL_INACTIVE, _UNSUPPORTED, _NOT_ASKED)):
        gathered.was_cut("the last line has no end")
        final.unknown = []
        if (link := _LINK.match(last)) is not None and final.counters.get(int(link[1])):
            final.counters[int(link[1])].popitem()
        final.message = "" if final.message == last.strip() else final.message


def _note_gpu(gathered: Gathered, part: str, gpu: _Gpu) -> None:
    asked = not _NOT_ASKED.search(gpu.message)
    facts: dict[str, Fact] = {"name": gpu.name, "uuid": gpu.uuid, "links": len(gpu.links) if asked else None}
    facts |= {f"link{index}.speed_gbps": None for index in gpu.unknown}
    facts |= {f"link{index}.speed_gbps": speed for index, speed in gpu.speeds.items()}
    facts |= {f"link{index}.active": index not in gpu.inactive for index in gpu.speeds}
    facts |= {f"link{index}.{name}": count for index, counts in gpu.counters.items() for name, count in counts.items()}
    if gpu.message or gpu.links:
        facts["nvlink_supported"] = not _UNSUPPORTED.search(gpu.message) if asked else None
        all_inactive = bool(_ALL_INACTIVE.search(gpu.message)) or len(gpu.inactive) == len(gpu.speeds) > 0
        facts["all_inactive"] = all_inactive if asked else None
    if gpu.message:
        facts["message"] = gpu.message
    gathered.facts_of(part, facts)
    _note_inactive(gathered, part, gpu, all_inactive=facts.get("all_inactive") is True)


def _note_inactive(gathered: Gathered, part: str, gpu: _Gpu, *, all_inactive: bool) -> None:
    """One dead link among live ones is the link's trouble. All at once is a card without a bridge, or a fabric manager
    that does not run: whether there should be links is the SKU's to say."""
    if all_inactive:
        gathered.found(FindingClass.CONFIGURATION, part, "nvlink.all_inactive", gpu.message or "all links are inactive")
        return
    for index in gpu.inactive:
        gathered.found(FindingClass.HARDWARE, f"{part}.link{index}", "nvlink.inactive", f"NVLink {index} is inactive")


def _totals(gpus: dict[int, _Gpu]) -> dict[str, Fact]:
    asked = any(not _NOT_ASKED.search(gpu.message) for gpu in gpus.values())
    inactive = sum(len(gpu.inactive) for gpu in gpus.values()) if asked else None
    return {"gpus": len(gpus), "inactive_links": inactive, "unit": "GB/s"}

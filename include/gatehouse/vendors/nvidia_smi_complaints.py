"""What nvidia-smi prints instead of, or after, what it was asked for: a driver that does not answer, a lost GPU.

Exit codes as its manual page lists them: 6 no device, 9 driver not loaded, 14 infoROM corrupt, 15 GPU off the bus, …
"""

import re
from collections.abc import Mapping

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered

_BUS = r"(?P<bus>[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}(?:\.[0-7])?)"
_COMPLAINTS: tuple[tuple[str, FindingClass, re.Pattern[str]], ...] = tuple(
    (signature, kind, re.compile(pattern, re.IGNORECASE))
    for signature, kind, pattern in (
        ("gpu.lost", FindingClass.HARDWARE, rf"{_BUS}: GPU is lost"),
        ("gpu.lost", FindingClass.HARDWARE, r"GPU is lost|GPU has fallen off the bus"),
        ("gpu.no_handle", FindingClass.HARDWARE, rf"Unable to determine the device handle for (?:GPU ?\d*:? ?){_BUS}"),
        ("gpu.no_handle", FindingClass.HARDWARE, r"Unable to determine the device handle"),
        ("inforom.corrupted", FindingClass.HARDWARE, rf"infoROM is corrupted at gpu {_BUS}"),
        ("gpu.power_cable", FindingClass.HARDWARE, r"external power cables? (?:is|are) not (?:properly )?attached"),
        ("nvidia.driver", FindingClass.CONFIGURATION, r"couldn't communicate with the NVIDIA driver"),
        ("nvidia.driver", FindingClass.CONFIGURATION, r"Driver/library version mismatch"),
        ("nvidia.driver", FindingClass.CONFIGURATION, r"NVML: (?:Driver Not Loaded|Driver is not loaded)"),
        ("nvidia.permission", FindingClass.CONFIGURATION, r"NVML: (?:Insufficient Permissions|GPU access blocked)"),
        (
            "nvidia.driver",
            FindingClass.CONFIGURATION,
            r"driver is not loaded|No NVIDIA driver|NVML Shared Library",
        ),
        ("gpu.reset_required", FindingClass.HARDWARE, rf"{_BUS}: GPU requires reset"),
        ("gpu.reset_required", FindingClass.HARDWARE, r"GPU requires reset|a GPU reset is required"),
        ("gpu.interrupt", FindingClass.HARDWARE, r"detected an issue with GPU interrupts"),
        ("nvidia.usage", FindingClass.TOOL_ERROR, r"^ERROR: Option|^Invalid combination of input arguments"),
        ("nvidia.usage", FindingClass.TOOL_ERROR, r"is not a valid field to query|^Option .{1,60} is not recognized"),
        ("nvml.error", FindingClass.TOOL_ERROR, r"Failed to initialize NVML: (?!Unknown Error)"),
        ("nvml.unknown_error", FindingClass.TOOL_ERROR, r"Failed to initialize NVML: Unknown Error"),
    )
)

# What every complaint holds: most lines of a long output hold none of it.
_HINT = re.compile(r"lost|bus|handle|infoROM|power cable|driver|NVML|ERROR|reset|issue|not |valid", re.IGNORECASE)

_NO_DEVICE_CODES = (6, 15)  # the exit codes with which nvidia-smi says that it found none
_MOST = 2**20  # characters at either end of a long output in which complaints are sought


def note_complaints(gathered: Gathered, text: str, parts: Mapping[str, str] | None = None) -> None:
    """Record each complaint as a finding; ``parts`` maps bus addresses in lower case to GPUs."""
    if len(text) > 2 * _MOST:
        text = f"{text[:_MOST]}\n{text[-_MOST:]}"
    for line in (*text.splitlines(), *gathered.said.error_text[:100_000].splitlines()):
        if not _HINT.search(line):
            continue
        match = next(((s, k, m) for s, k, p in _COMPLAINTS if (m := p.search(line))), None)
        if match is not None:
            signature, kind, found = match
            bus = str(found.groupdict().get("bus") or "").lower()
            gathered.found(kind, (parts or {}).get(bus, bus) or "host", signature, line)


def complaints_only(gathered: Gathered, text: str) -> ToolReport | None:
    """The report of an output that holds nothing but complaints; None where it holds none.

    "No devices were found" is a measurement: there are none.
    """
    note_complaints(gathered, text[:100_000])
    if "No devices were found" in text[:10_000]:
        gathered.fact("gpus", 0)
        return gathered.done((0, *_NO_DEVICE_CODES))
    if not gathered.findings:
        return None
    return gathered.failed(f"nvidia-smi gave no data: {gathered.findings[0].text[:200]}")

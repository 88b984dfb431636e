"""rocm-smi: the table, and the basics with ``--json``."""

import json

from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_MIB = 2**20
_KNOWN = {
    "--json",
    "-a",
    "--showallinfo",
    "--showid",
    "--showproductname",
    "--showtemp",
    "-t",
    "--showpower",
    "-P",
    "--showuse",
    "-u",
    "--showmemuse",
    "--showmeminfo",
    "vram",
    "--showserial",
    "--showuniqueid",
    "--showbus",
    "--showreplaycount",
    "--showclocks",
}
_WIDTH = 116
_HEAD = """\
Device  [Model : Revision]    Temp        Power     Partitions      SCLK    MCLK    Fan  Perf  PwrCap  VRAM%  GPU%
        Name (20 chars)       (Junction)  (Socket)  (Mem, Compute)
"""


@tool("rocm-smi")
def rocm_smi(call: Call) -> Steps:
    """The concise table, or one object a card."""
    unknown = [arg for arg in call.args if arg not in _KNOWN]
    if unknown:
        return say(
            stderr=f"usage: rocm-smi [-h] [-V] …\nrocm-smi: error: unrecognized arguments: {' '.join(unknown)}\n",
            exit_code=2,
        )
    gpus = call.machine.live_accelerators()
    if not gpus:
        return say("WARNING: No AMD GPUs specified\n")
    if "--json" in call.args:
        return say(json.dumps({f"card{gpu.index}": _card(gpu) for gpu in gpus}) + "\n")
    return say(_table(gpus))


def _card(gpu: Accelerator) -> dict[str, str]:
    return {
        "Device ID": f"0x{gpu.profile.pci_id.device}",
        "Device Rev": "0x00",
        "Unique ID": f"0x{number(gpu.uuid, 'unique'):x}",
        "VBIOS version": gpu.firmware,
        "Temperature (Sensor junction) (C)": f"{gpu.temp_c:.1f}",
        "Temperature (Sensor memory) (C)": f"{gpu.memory_temp_c:.1f}",
        "sclk clock speed:": f"({gpu.core_mhz}Mhz)",
        "sclk clock level:": "1",
        "mclk clock speed:": f"({gpu.memory_mhz}Mhz)",
        "mclk clock level:": "0",
        "Performance Level": "auto",
        "Max Graphics Package Power (W)": f"{gpu.power_limit_w:.1f}",
        "Current Socket Graphics Package Power (W)": f"{gpu.power_w:.1f}",
        "GPU use (%)": str(gpu.util_pct),
        "GPU Memory Allocated (VRAM%)": "0",
        "PCIe Replay Count": str(gpu.pcie.replays),
        "Serial Number": gpu.serial,
        "PCI Bus": gpu.pci,
        "VRAM Total Memory (B)": str(gpu.memory_mib * _MIB),
        "VRAM Total Used Memory (B)": str(gpu.used_mib * _MIB),
        "Card Series": gpu.name,
        "Card Model": f"0x{gpu.profile.pci_id.device}",
        "Card Vendor": gpu.profile.pci_id.vendor_name,
        "GFX Version": "gfx942",
        "(Topology) Numa Node": str(gpu.numa),
    }


def _table(gpus: list[Accelerator]) -> str:
    rule = "=" * _WIDTH + "\n"
    rows = "".join(
        f"{gpu.index:<8}[0x{gpu.profile.pci_id.device} : 0x00]       {gpu.temp_c:.1f}°C      {gpu.power_w:.1f}W    "
        f"NPS1, SPX       {gpu.core_mhz}Mhz  {gpu.memory_mhz}Mhz  0%   auto  {gpu.power_limit_w:.1f}W    0%   "
        f"{gpu.util_pct}%\n        {gpu.name[:20]}\n"
        for gpu in gpus
    )
    title = " ROCm System Management Interface ".center(_WIDTH, "=")
    concise = " Concise Info ".center(_WIDTH, "=")
    end = " End of ROCm SMI Log ".center(_WIDTH, "=")
    return f"{title}\n{concise}\n{_HEAD}{rule}{rows}{rule}{end}\n"

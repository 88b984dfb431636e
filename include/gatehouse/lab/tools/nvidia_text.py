"""``nvidia-smi -q``: the same log as indented text."""

from collections.abc import Sequence
from functools import cache

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.clock import ctime
from gatehouse.lab.tools.nvidia_words import CUDA_VERSION
from gatehouse.lab.tools.nvidia_xml import values

# Each entry: depth, key, and the value with names to fill; a key without a value opens a section.
_ROWS: tuple[tuple[int, str, str], ...] = (
    (1, "Product Name", "{name}"),
    (1, "Product Brand", "NVIDIA"),
    (1, "Product Architecture", "Hopper"),
    (1, "Display Mode", "Enabled"),
    (1, "Display Active", "Disabled"),
    (1, "Persistence Mode", "Enabled"),
    (1, "Addressing Mode", "None"),
    (1, "MIG Mode", ""),
    (2, "Current", "Disabled"),
    (2, "Pending", "Disabled"),
    (1, "Serial Number", "{serial}"),
    (1, "GPU UUID", "{uuid}"),
    (1, "Minor Number", "{minor}"),
    (1, "VBIOS Version", "{vbios}"),
    (1, "MultiGPU Board", "No"),
    (1, "Board ID", "{board_id}"),
    (1, "Board Part Number", "692-2G520-0200-000"),
    (1, "GPU Part Number", "2330-885-A1"),
    (1, "Module ID", "{module_id}"),
    (1, "Inforom Version", ""),
    (2, "Image Version", "G520.0200.00.05"),
    (2, "OEM Object", "2.1"),
    (2, "ECC Object", "7.16"),
    (2, "Power Management Object", "N/A"),
    (1, "GSP Firmware Version", "{driver}"),
    (1, "GPU Reset Status", ""),
    (2, "Reset Required", "{reset}"),
    (2, "Drain and Reset Recommended", "{reset}"),
    (1, "GPU Recovery Action", "{recovery}"),
    (1, "PCI", ""),
    (2, "Bus", "0x{bus}"),
    (2, "Device", "0x00"),
    (2, "Domain", "0x{domain}"),
    (2, "Device Id", "0x{device_id}"),
    (2, "Bus Id", "{bus_id}"),
    (2, "Sub System Id", "0x{subsystem_id}"),
    (2, "GPU Link Info", ""),
    (3, "PCIe Generation", ""),
    (4, "Max", "{gen_max}"),
    (4, "Current", "{gen}"),
    (4, "Device Current", "{gen}"),
    (4, "Device Max", "{gen_max}"),
    (4, "Host Max", "{gen_max}"),
    (3, "Link Width", ""),
    (4, "Max", "{width_max}x"),
    (4, "Current", "{width}x"),
    (2, "Replays Since Reset", "{replays}"),
    (2, "Replay Number Rollovers", "0"),
    (1, "Fan Speed", "N/A"),
    (1, "Performance State", "P0"),
    (1, "Clocks Event Reasons", ""),
    (2, "Idle", "{idle}"),
    (2, "Applications Clocks Setting", "Not Active"),
    (2, "SW Power Cap", "{sw_power_cap}"),
    (2, "HW Slowdown", "{hw_slowdown}"),
    (3, "HW Thermal Slowdown", "{hw_thermal}"),
    (3, "HW Power Brake Slowdown", "{hw_brake}"),
    (2, "Sync Boost", "Not Active"),
    (2, "SW Thermal Slowdown", "{sw_thermal}"),
    (2, "Display Clock Setting", "Not Active"),
    (1, "FB Memory Usage", ""),
    (2, "Total", "{mem_total} MiB"),
    (2, "Reserved", "{mem_reserved} MiB"),
    (2, "Used", "{mem_used} MiB"),
    (2, "Free", "{mem_free} MiB"),
    (1, "Compute Mode", "Default"),
    (1, "Utilization", ""),
    (2, "Gpu", "{util} %"),
    (2, "Memory", "0 %"),
    (1, "ECC Mode", ""),
    (2, "Current", "Enabled"),
    (2, "Pending", "Enabled"),
    (1, "ECC Errors", ""),
    (2, "Volatile", ""),
    (3, "SRAM Correctable", "{v_sram_ce}"),
    (3, "SRAM Uncorrectable Parity", "0"),
    (3, "SRAM Uncorrectable SEC-DED", "{v_sram_ue}"),
    (3, "DRAM Correctable", "{v_dram_ce}"),
    (3, "DRAM Uncorrectable", "{v_dram_ue}"),
    (2, "Aggregate", ""),
    (3, "SRAM Correctable", "{a_sram_ce}"),
    (3, "SRAM Uncorrectable Parity", "0"),
    (3, "SRAM Uncorrectable SEC-DED", "{a_sram_ue}"),
    (3, "DRAM Correctable", "{a_dram_ce}"),
    (3, "DRAM Uncorrectable", "{a_dram_ue}"),
    (3, "SRAM Threshold Exceeded", "No"),
    (1, "Retired Pages", ""),
    (2, "Single Bit ECC", "N/A"),
    (2, "Double Bit ECC", "N/A"),
    (2, "Pending Page Blacklist", "N/A"),
    (1, "Remapped Rows", ""),
    (2, "Correctable Error", "{remap_ce}"),
    (2, "Uncorrectable Error", "{remap_ue}"),
    (2, "Pending", "{remap_pending}"),
    (2, "Remapping Failure Occurred", "{remap_failure}"),
    (2, "Bank Remap Availability Histogram", ""),
    (3, "Max", "{banks_max} bank(s)"),
    (3, "High", "{banks_high} bank(s)"),
    (3, "Partial", "{banks_partial} bank(s)"),
    (3, "Low", "{banks_low} bank(s)"),
    (3, "None", "{banks_none} bank(s)"),
    (1, "Temperature", ""),
    (2, "GPU Current Temp", "{temp} C"),
    (2, "GPU T.Limit Temp", "{tlimit} C"),
    (2, "GPU Shutdown T.Limit Temp", "-8 C"),
    (2, "GPU Slowdown T.Limit Temp", "-2 C"),
    (2, "GPU Max Operating T.Limit Temp", "0 C"),
    (2, "GPU Target Temperature", "N/A"),
    (2, "Memory Current Temp", "{mem_temp} C"),
    (2, "Memory Max Operating T.Limit Temp", "0 C"),
    (1, "GPU Power Readings", ""),
    (2, "Power Draw", "{power} W"),
    (2, "Current Power Limit", "{limit} W"),
    (2, "Requested Power Limit", "{limit} W"),
    (2, "Default Power Limit", "{limit} W"),
    (2, "Min Power Limit", "200.00 W"),
    (2, "Max Power Limit", "{limit} W"),
    (1, "Module Power Readings", ""),
    (2, "Power Draw", "N/A"),
    (1, "Clocks", ""),
    (2, "Graphics", "{core} MHz"),
    (2, "SM", "{core} MHz"),
    (2, "Memory", "{memory} MHz"),
    (2, "Video", "{video} MHz"),
    (1, "Max Clocks", ""),
    (2, "Graphics", "{core_max} MHz"),
    (2, "SM", "{core_max} MHz"),
    (2, "Memory", "{memory_max} MHz"),
    (2, "Video", "{video_max} MHz"),
    (1, "Fabric", ""),
    (2, "State", "Completed"),
    (2, "Status", "Success"),
    (1, "Processes", "None"),
)
_KEY_WIDTH = 42


@cache
def _template() -> str:
    lines = []
    for depth, key, value in _ROWS:
        shown = "    " * depth + key
        lines.append(f"{shown:<{_KEY_WIDTH}}: {value}\n" if value else f"{shown}\n")
    return "GPU {bus_id}\n" + "".join(lines) + "\n"


def query(machine: Machine, gpus: Sequence[Accelerator]) -> str:
    """The whole log for those GPUs."""
    head = "\n==============NVSMI LOG==============\n\n"
    for key, value in (
        ("Timestamp", ctime(machine.now_s)),
        ("Driver Version", machine.profile.accelerator.driver),
        ("CUDA Version", CUDA_VERSION),
    ):
        head += f"{key:<{_KEY_WIDTH}}: {value}\n"
    head += f"\n{'Attached GPUs':<{_KEY_WIDTH}}: {len(gpus)}\n"
    template = _template()
    return head + "".join(template.format_map(values(machine, gpu)) for gpu in gpus)

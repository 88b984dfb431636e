"""Faults of an accelerator's cooling, power and firmware."""

from gatehouse.lab.faults.accelerator_memory import amdgpu, habana, xid
from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.kernel import WARNING
from gatehouse.lab.machine.parts import SelEntry


@fault(
    "thermal_throttle",
    "An accelerator slows down because it is hot",
    "fan/cooling/leak",
    "degraded",
    "accelerator",
    params={"temp_c": 92},
)
def thermal_throttle(at: Effect) -> None:
    """Temperature, throttle reasons and clocks; the driver's lines on AMD and Intel."""
    one, temp_c = at.accelerator, at.integer("temp_c")
    if at.machine.profile.vendor == "amd":
        temp_c += 10  # its hot spot may reach 100 degrees C before it slows down
    one.temp_c, one.memory_temp_c = temp_c, temp_c + 4
    one.core_mhz = one.profile.core_mhz // 3
    one.throttle.idle = False
    one.throttle.hw_slowdown = one.throttle.hw_thermal = one.throttle.sw_thermal = True
    one.throttle.thermal_us = 61_442_118
    one.util_pct, one.power_w = 100, one.profile.power_limit_w * 0.41
    line = {
        "nvidia": f"NVRM: GPU {one.pci}: GPU temperature is above the slowdown threshold, clocks are reduced",
        "amd": amdgpu(at, f"GPU over temperature range(SW CTF) detected! hotspot {temp_c}C"),
        "intel": habana(at, f"Thermal throttling started: temperature {temp_c}C"),
    }[at.machine.profile.vendor]
    at.kernel(line, level=WARNING)


@fault("power_brake", "An accelerator slows down because power is short", "PSU", "degraded", "accelerator")
def power_brake(at: Effect) -> None:
    """Power-brake slowdown and low clocks."""
    one = at.accelerator
    one.throttle.idle = False
    one.throttle.hw_slowdown = one.throttle.hw_power_brake = one.throttle.sw_power_cap = True
    one.throttle.power_brake_us = 18_240_007
    one.core_mhz = one.profile.core_mhz // 4
    one.util_pct, one.power_w = 100, one.profile.power_limit_w * 0.3
    line = {
        "nvidia": f"NVRM: GPU {one.pci}: external power brake is asserted, clocks are reduced",
        "amd": amdgpu(at, "PROCHOT is asserted, socket power is limited"),
        "intel": habana(at, "Power throttling started: PWR_BRK asserted"),
    }[at.machine.profile.vendor]
    at.kernel(line, level=WARNING)


@fault(
    "accelerator_hang",
    "An accelerator's firmware no longer answers",
    "GPU",
    "hard fail",
    "accelerator",
    cleared_by=("repair", "reboot"),
)
def accelerator_hang(at: Effect) -> None:
    """GSP time-out, ring time-out or heartbeat; a reset is asked for."""
    at.accelerator.reset_required = True
    line = {
        "nvidia": xid(at, 119, "Timeout after 45s of waiting for RPC response from GPU GSP! Expected function 76"),
        "amd": amdgpu(at, "ring sdma0 timeout, signaled seq=318, emitted seq=320"),
        "intel": habana(at, "Device heartbeat failed!"),
    }[at.machine.profile.vendor]
    at.kernel(line, level=WARNING)


@fault(
    "firmware_mismatch",
    "A part runs another firmware than its SKU asks for",
    "firmware",
    "wrong identity/revision",
    ("accelerator", "nic", "disk", "host"),
    params={"version": ""},
)
def firmware_mismatch(at: Effect) -> None:
    """Of an accelerator, a port, a drive, or (with no part) the BIOS and the BMC."""
    version = at.text("version")
    if at.part.kind == "accelerator":
        at.accelerator.firmware = version or f"{at.accelerator.firmware[:-1]}0"
    elif at.part.kind == "nic":
        at.nic.firmware = version or "22.31.1014 (MT_0000000359)"
    elif at.part.kind == "disk":
        at.disk.firmware = version or "GDC5602Q"
    else:
        at.machine.system.bios_version = version or "1.0.3"
        at.machine.system.bios_date = "09/01/2023"
        at.machine.system.bmc_firmware = "1.02"


@fault(
    "wrong_model",
    "A part of another model than its SKU has",
    "GPU",
    "wrong identity/revision",
    ("accelerator", "host"),
    params={"model": ""},
)
def wrong_model(at: Effect) -> None:
    """An accelerator's name and size, or (with no part) the machine's product name."""
    if at.part.kind == "host":
        at.machine.system.product = at.text("model") or "GL-PROTO-0"
        return
    other = {"nvidia": "NVIDIA H100 PCIe", "amd": "AMD Instinct MI300A", "intel": "HL-225B"}
    at.accelerator.name = at.text("model") or other[at.machine.profile.vendor]
    at.accelerator.memory_mib = at.accelerator.memory_mib * 3 // 4


@fault(
    "accelerator_wrong_memory", "An accelerator with less memory than its model has", "HBM", "degraded", "accelerator"
)
def accelerator_wrong_memory(at: Effect) -> None:
    """One stack of HBM does not count."""
    at.accelerator.memory_mib = at.accelerator.memory_mib * 4 // 5


@fault("power_event", "The BMC saw an accelerator tray lose power", "PSU", "intermittent", "host")
def power_event(at: Effect) -> None:
    """A record of the event log and nothing else."""
    at.machine.bmc.records.append(SelEntry(at.at_s, "Voltage #0x4d", "Lower Critical going low"))

"""What the machine is made of, as its BMC tells: system, chassis, processors, memory, firmware."""

from collections.abc import Callable
from functools import partial

from gatehouse.lab.bmc.documents import ROOT, Document, link, resource, status
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator, Dimm

Members = dict[str, Callable[[], Document]]
_KINDS = {"nvidia": ("NVIDIA", "GPU"), "amd": ("AMD", "GPU"), "intel": ("Intel", "Accelerator")}


def system(machine: Machine, path: str) -> Document:
    """The ComputerSystem. Its health is that of its parts."""
    bad = any(not one.present or one.lost for one in machine.accelerators)
    cpu, claims = machine.profile.cpu, machine.system
    return resource(
        "ComputerSystem",
        "v1_20_0",
        path,
        Name="System",
        SystemType="Physical",
        Manufacturer=claims.manufacturer,
        Model=claims.product,
        SerialNumber=claims.serial,
        UUID=claims.uuid,
        BiosVersion=claims.bios_version,
        HostName=machine.name,
        PowerState="On",
        ProcessorSummary={
            "Count": cpu.sockets,
            "CoreCount": cpu.sockets * cpu.cores_per_socket,
            "Model": cpu.model_name,
            "Status": status(),
        },
        MemorySummary={"TotalSystemMemoryGiB": machine.memory_mib / 1024, "Status": status()},
        Status=status() | {"HealthRollup": "Critical" if bad else "OK"},
        **{name: link(f"{path}/{name}") for name in ("Processors", "Memory", "LogServices")},
    )


def chassis(machine: Machine) -> Document:
    """The one chassis, without its links."""
    claims = machine.system
    return resource(
        "Chassis",
        "v1_24_0",
        Name="Chassis",
        ChassisType="RackMount",
        Manufacturer=claims.manufacturer,
        Model=claims.product,
        SerialNumber=claims.chassis_serial,
        PowerState="On",
        Status=status(),
    )


def manager(machine: Machine) -> Document:
    """The BMC itself."""
    version = machine.system.bmc_firmware
    return resource("Manager", "v1_18_0", Name="BMC", ManagerType="BMC", FirmwareVersion=version, Status=status())


def processors(machine: Machine) -> Members:
    """CPUs, and the accelerators that are on the bus."""
    found: Members = {f"CPU_{socket}": lambda: _cpu(machine) for socket in range(machine.profile.cpu.sockets)}
    for one in machine.live_accelerators():
        found[f"GPU_{one.index}"] = partial(_accelerator, machine, one)
    return found


def _cpu(machine: Machine) -> Document:
    cpu = machine.profile.cpu
    return resource(
        "Processor",
        "v1_18_0",
        ProcessorType="CPU",
        Manufacturer=cpu.dmi_manufacturer,
        Model=cpu.model_name,
        MaxSpeedMHz=round(cpu.max_mhz),
        TotalCores=cpu.cores_per_socket,
        TotalThreads=cpu.cores_per_socket * cpu.threads_per_core,
        Status=status(),
    )


def _accelerator(machine: Machine, one: Accelerator) -> Document:
    maker, kind = _KINDS[machine.profile.vendor]
    bad = one.lost or one.remap.failed
    pcie = {"MaxPCIeType": "Gen5", "PCIeType": f"Gen{_generation(one.pcie.speed_gts)}"}
    lanes = {"MaxLanes": one.pcie.max_width, "LanesInUse": one.pcie.width}
    return resource(
        "Processor",
        "v1_18_0",
        ProcessorType=kind,
        Manufacturer=maker,
        Model=one.name,
        SerialNumber=one.serial,
        UUID=one.uuid,
        FirmwareVersion=one.firmware,
        MaxSpeedMHz=one.profile.core_mhz,
        OperatingSpeedMHz=one.core_mhz,
        SystemInterface={"InterfaceType": "PCIe", "PCIe": pcie | lanes},
        Status=status("Critical" if bad else "OK"),
    )


def _generation(gts: float) -> int:
    return {2.5: 1, 5.0: 2, 8.0: 3, 16.0: 4, 32.0: 5}.get(gts, 1)


def memory(machine: Machine) -> Members:
    """Every slot; an empty one is Absent."""
    return {f"DIMM_{dimm.locator}": _dimm_maker(machine, dimm) for dimm in machine.dimms}


def _dimm_maker(machine: Machine, dimm: Dimm) -> Callable[[], Document]:
    return lambda: resource(
        "Memory",
        "v1_17_0",
        DeviceLocator=dimm.locator,
        MemoryDeviceType="DDR5",
        CapacityMiB=dimm.size_mib if dimm.present else None,
        OperatingSpeedMhz=machine.profile.memory.speed_mts if dimm.present else None,
        SerialNumber=dimm.serial if dimm.present else None,
        PartNumber=dimm.part_number if dimm.present else None,
        ErrorCorrection="MultiBitECC",
        RankCount=2,
        Status=status("Critical" if dimm.uncorrectable else "OK", "Enabled" if dimm.present else "Absent"),
    )


def firmware(machine: Machine) -> Members:
    """BMC, BIOS and each accelerator's firmware."""
    versions = {"BMC_0": machine.system.bmc_firmware, "BIOS_0": machine.system.bios_version}
    versions |= {f"GPU_{one.index}": one.firmware for one in machine.live_accelerators()}
    return {name: _software(version) for name, version in versions.items()}


def _software(version: str) -> Callable[[], Document]:
    place = link(f"{ROOT}/Systems/1")
    return lambda: resource(
        "SoftwareInventory", "v1_10_0", Version=version, Updateable=True, RelatedItem=[place], Status=status()
    )

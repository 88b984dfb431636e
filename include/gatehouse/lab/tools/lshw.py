"""lshw: the machine as a tree, by ``-json``."""

import json

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Dimm, Nic
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

Json = dict[str, object]
_MIB = 2**20
_HZ_PER_MHZ = 10**6


@tool("lshw")
def lshw(call: Call) -> Steps:
    """``-json``, with ``-quiet``; without root it sees little, and says so."""
    if "-json" not in call.args or not set(call.args) <= {"-json", "-quiet"}:
        return say(stderr="lshw: only -json [-quiet] is simulated\n", exit_code=1)
    warning = "" if call.root else "WARNING: you should run this program as super-user.\n"
    return say(json.dumps([_system(call.machine, seen=call.root)], indent=2) + "\n", warning)


def _system(machine: Machine, *, seen: bool) -> Json:
    system = machine.system
    root: Json = {
        "id": machine.name,
        "class": "system",
        "claimed": True,
        "description": "Rack Mount Chassis",
        "product": f"{system.product} ({machine.profile.board.sku_number})",
        "vendor": system.manufacturer,
        "width": 64,
    }
    identity: Json = {"serial": system.serial, "version": "01"} if seen else {}
    return {**root, **identity, "children": [_core(machine, seen=seen)]}


def _core(machine: Machine, *, seen: bool) -> Json:
    board = machine.profile.board
    return {
        "id": "core",
        "class": "bus",
        "claimed": True,
        "description": "Motherboard",
        "product": board.board_product,
        "vendor": board.manufacturer,
        "physid": "0",
        "children": [_memory(machine, seen=seen), *_processors(machine), *_ports(machine), *_drives(machine)],
    }


def _memory(machine: Machine, *, seen: bool) -> Json:
    node: Json = {
        "id": "memory",
        "class": "memory",
        "claimed": True,
        "description": "System Memory",
        "units": "bytes",
        "size": machine.memory_mib * _MIB,
    }
    banks = [_bank(index, dimm, machine.profile.memory.speed_mts) for index, dimm in enumerate(machine.dimms)]
    return {**node, "children": banks} if seen else node


def _bank(index: int, dimm: Dimm, speed_mts: int) -> Json:
    place: Json = {"id": f"bank:{index}", "class": "memory", "claimed": True, "slot": f"DIMM_{dimm.locator}"}
    if not dimm.present:
        return {**place, "description": "[empty]"}
    return {
        **place,
        "description": f"DIMM DDR5 Synchronous Registered (Buffered) {speed_mts} MHz (0.2 ns)",
        "product": dimm.part_number,
        "vendor": "Samsung",
        "serial": dimm.serial,
        "units": "bytes",
        "size": dimm.size_mib * _MIB,
        "clock": speed_mts * _HZ_PER_MHZ,
    }


def _processors(machine: Machine) -> list[Json]:
    cpu = machine.profile.cpu
    return [
        {
            "id": f"cpu:{socket}",
            "class": "processor",
            "claimed": True,
            "product": cpu.model_name,
            "vendor": cpu.dmi_manufacturer,
            "slot": f"CPU{socket + 1}",
            "configuration": {"cores": str(cpu.cores_per_socket), "threads": str(cpu.logical // cpu.sockets)},
        }
        for socket in range(cpu.sockets)
    ]


def _ports(machine: Machine) -> list[Json]:
    return [_port(nic) for nic in machine.nics if nic.present]


def _port(nic: Nic) -> Json:
    return {
        "id": f"network:{nic.index}",
        "class": "network",
        "claimed": True,
        "businfo": f"pci@{nic.profile.pci}",
        "logicalname": nic.name,
        "product": nic.profile.pci_id.device_name,
        "vendor": nic.profile.pci_id.vendor_name,
        "serial": nic.mac,
        "configuration": {"driver": nic.profile.driver, "link": "yes" if nic.up else "no"},
    }


def _drives(machine: Machine) -> list[Json]:
    return [
        {
            "id": f"nvme:{disk.index}",
            "class": "storage",
            "claimed": True,
            "product": disk.profile.model,
            "serial": disk.serial,
            "version": disk.firmware,
            "logicalname": f"/dev/{disk.profile.controller}",
            "children": [
                {
                    "id": "namespace:0",
                    "class": "disk",
                    "claimed": True,
                    "description": "NVMe disk",
                    "logicalname": disk.name,
                    "units": "bytes",
                    "size": disk.profile.size_b,
                }
            ],
        }
        for disk in machine.disks
        if disk.present
    ]

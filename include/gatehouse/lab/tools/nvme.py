"""nvme-cli: ``list``, ``smart-log`` and ``ocp smart-add-log``."""

import json

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Disk
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.smartctl import find_disk, health
from gatehouse.lab.tools.spec import Call, Steps, say

_KELVIN = 273
_BLOCK_B = 512


@tool("nvme")
def nvme(call: Call) -> Steps:
    """``list [-o json]``, ``smart-log DEV [-o json]`` and ``ocp smart-add-log DEV [-o json]``."""
    args = list(call.args)
    as_json = _takes_json(args)
    if args == ["version"]:
        return say("nvme version 2.8 (git 2.8)\nlibnvme version 1.8 (git 1.8)\n")
    if args and args[0] not in ("list", "smart-log", "ocp"):
        return say(stderr=f"ERROR: Invalid sub-command '{args[0]}'\n", exit_code=22)
    if not call.root:
        return say(stderr="Failed to open /dev/nvme0: Permission denied\n", exit_code=13)
    if args == ["list"]:
        disks = [disk for disk in call.machine.disks if disk.present]
        return say(_list_json(disks) if as_json else _list_text(disks))
    if args[:2] == ["ocp", "smart-add-log"] and len(args) == 3:
        return _ocp_log(call.machine, args[2], as_json)
    if args[0] == "smart-log" and len(args) == 2:
        return _smart_log(call.machine, args[1], as_json)
    return say(stderr="ERROR: usage: nvme <list|smart-log|ocp smart-add-log> [<device>] [-o json]\n", exit_code=22)


def _takes_json(args: list[str]) -> bool:
    """Whether JSON is asked; removes the option."""
    for flag in ("-o", "--output-format"):
        if flag in args and args[args.index(flag) + 1 :][:1] == ["json"]:
            index = args.index(flag)
            del args[index : index + 2]
            return True
    for joined in ("--output-format=json", "-ojson"):
        if joined in args:
            args.remove(joined)
            return True
    return False


def _list_json(disks: list[Disk]) -> str:
    devices = [
        {
            "NameSpace": 1,
            "DevicePath": disk.name,
            "GenericPath": disk.name.replace("nvme", "ng"),
            "Firmware": disk.firmware,
            "ModelNumber": disk.profile.model,
            "SerialNumber": disk.serial,
            "UsedBytes": disk.profile.size_b // 9,
            "MaximumLBA": disk.profile.size_b // _BLOCK_B,
            "PhysicalSize": disk.profile.size_b,
            "SectorSize": _BLOCK_B,
        }
        for disk in disks
    ]
    return json.dumps({"Devices": devices}, indent=2) + "\n"


def _list_text(disks: list[Disk]) -> str:
    columns = (
        ("Node", 21),
        ("Generic", 21),
        ("SN", 20),
        ("Model", 40),
        ("Namespace", 9),
        ("Usage", 26),
        ("Format", 16),
        ("FW Rev", 8),
    )
    head = " ".join(f"{name:<{width}}" for name, width in columns)
    rule = " ".join("-" * width for _, width in columns)
    rows = []
    for disk in disks:
        used, size = disk.profile.size_b / 9e9, disk.profile.size_b / 1e12
        cells = (
            disk.name,
            disk.name.replace("nvme", "ng"),
            disk.serial,
            disk.profile.model,
            "0x1",
            f"{used:6.2f}  GB / {size:6.2f}  TB",
            "512   B +  0 B",
            disk.firmware,
        )
        rows.append(" ".join(f"{cell:<{width}}" for cell, (_, width) in zip(cells, columns, strict=True)))
    return "\n".join([head, rule, *rows]) + "\n"


def _smart_log(machine: Machine, path: str, as_json: bool) -> Steps:
    disk = find_disk(machine, path)
    if disk is None:
        return say(stderr=f"Failed to open {path}: No such file or directory\n", exit_code=2)
    values = health(disk)
    log = {
        "critical_warning": values["critical_warning"],
        "temperature": disk.temp_c + _KELVIN,
        "avail_spare": disk.spare_pct,
        "spare_thresh": 10,
        "percent_used": disk.used_pct,
        "endurance_grp_critical_warning_summary": 0,
        "data_units_read": values["data_units_read"],
        "data_units_written": values["data_units_written"],
        "host_read_commands": values["host_reads"],
        "host_write_commands": values["host_writes"],
        "controller_busy_time": values["controller_busy_time"],
        "power_cycles": values["power_cycles"],
        "power_on_hours": disk.power_on_hours,
        "unsafe_shutdowns": disk.unsafe_shutdowns,
        "media_errors": disk.media_errors,
        "num_err_log_entries": disk.error_log_entries,
        "warning_temp_time": 0,
        "critical_comp_time": 0,
        "temperature_sensor_1": disk.temp_c + _KELVIN,
        "thm_temp1_trans_count": 0,
        "thm_temp2_trans_count": 0,
        "thm_temp1_total_time": 0,
        "thm_temp2_total_time": 0,
    }
    if as_json:
        return say(json.dumps(log, indent=2) + "\n")
    head = f"Smart Log for NVME device:{disk.profile.controller} namespace-id:ffffffff\n"
    return say(head + "".join(f"{name:<35} : {value}\n" for name, value in log.items()))


def _ocp_log(machine: Machine, path: str, as_json: bool) -> Steps:
    disk = find_disk(machine, path)
    if disk is None:
        return say(stderr=f"Failed to open {path}: No such file or directory\n", exit_code=2)
    values = health(disk)
    log = {
        "Physical media units written": {"hi": 0, "lo": int(values["data_units_written"]) * 1100},
        "Physical media units read": {"hi": 0, "lo": int(values["data_units_read"]) * 1040},
        "Bad user nand blocks - Raw": 9,
        "Bad user nand blocks - Normalized": 100 if not disk.media_errors else 92,
        "XOR recovery count": 0,
        "Uncorrectable read error count": disk.media_errors,
        "Soft ecc error count": 214,
        "End to end detected errors": 0,
        "End to end corrected errors": 0,
        "System data percent used": disk.used_pct,
        "Refresh counts": 1107,
        "Max User data erase counts": 41,
        "Min User data erase counts": 28,
        "Number of Thermal throttling events": 0,
        "Current throttling status": 0,
        "PCIe correctable error count": disk.pcie.replays,
        "Incomplete shutdowns": 0,
        "Percent free blocks": disk.spare_pct,
        "Capacitor health": 100,
        "Unaligned I/O": 0,
        "Security Version Number": 0,
        "NUSE - Namespace utilization": disk.profile.size_b // _BLOCK_B // 9,
        "PLP start count": disk.unsafe_shutdowns,
        "Endurance estimate": 31000,
        "Log page version": 3,
        "Log page GUID": "0xafd514c97c6f4f9ca4f2bfea2810afc5",
    }
    if as_json:
        return say(json.dumps(log, indent=2) + "\n")
    return say("SMART Cloud Attributes :-\n" + "".join(f"  {name:<40} {value}\n" for name, value in log.items()))

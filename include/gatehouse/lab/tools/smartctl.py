"""smartctl: NVMe health as JSON or text, and the scan."""

import json

from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Disk
from gatehouse.lab.tools.clock import ctime
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_OPTIONS = {
    "--json",
    "-j",
    "--all",
    "-a",
    "-x",
    "--xall",
    "-H",
    "--health",
    "-i",
    "--info",
    "-A",
    "--attributes",
    "--json=c",
}
_FAILING_BIT = 8  # smartctl(8): bit 3 of the exit status, the drive says it is failing
_OPEN_FAILED = 2  # bit 1
_USAGE = 1  # bit 0
_BLOCK_B = 512
Json = dict[str, object]


def find_disk(machine: Machine, path: str) -> Disk | None:
    """The drive of ``/dev/nvme0n1`` or ``/dev/nvme0``, if it is there."""
    return next(
        (disk for disk in machine.disks if disk.present and path in (disk.name, f"/dev/{disk.profile.controller}")),
        None,
    )


@tool("smartctl")
def smartctl(call: Call) -> Steps:
    """``--scan``, or one drive with ``--all``; JSON with ``--json``."""
    machine, args = call.machine, list(call.args)
    as_json = any(arg.startswith(("--json", "-j")) for arg in args)
    if "--scan" in args:
        return say(_scan(machine, args) if as_json else _scan_text(machine))
    wrong = [arg for arg in args if arg.startswith("-") and arg not in _OPTIONS]
    paths = [arg for arg in args if not arg.startswith("-")]
    if wrong or len(paths) != 1:
        return _refused(
            args,
            as_json,
            f"UNRECOGNIZED OPTION: {wrong[0].lstrip('-')}"
            if wrong
            else "ERROR: smartctl takes ONE device name as the final command-line argument.",
            _USAGE,
        )
    if not call.root:
        return _refused(args, as_json, f"Smartctl open device: {paths[0]} failed: Permission denied", _OPEN_FAILED)
    disk = find_disk(machine, paths[0])
    if disk is None:
        return _refused(args, as_json, f"Smartctl open device: {paths[0]} failed: No such device", _OPEN_FAILED)
    code = _FAILING_BIT if disk.critical_warning else 0
    if as_json:
        return say(json.dumps(_report(machine, disk, args, code), indent=2) + "\n", exit_code=code)
    return say(_text(machine, disk), exit_code=code)


def _tool_part(args: list[str], code: int, messages: list[Json] | None = None) -> Json:
    part: Json = {
        "version": [7, 4],
        "pre_release": False,
        "svn_revision": "5530",
        "platform_info": "x86_64-linux-5.15.0-122-generic",
        "build_info": "(local build)",
        "argv": ["smartctl", *args],
        "exit_status": code,
    }
    return part | ({"messages": messages} if messages else {})


def _refused(args: list[str], as_json: bool, why: str, code: int) -> Steps:
    if as_json:
        part = _tool_part(args, code, [{"string": why, "severity": "error"}])
        return say(json.dumps({"json_format_version": [1, 0], "smartctl": part}, indent=2) + "\n", exit_code=code)
    return say(
        f"smartctl 7.4 2023-08-01 r5530 [x86_64-linux-5.15.0-122-generic] (local build)\n\n{why}\n", exit_code=code
    )


def _scan(machine: Machine, args: list[str]) -> str:
    devices = [
        {
            "name": f"/dev/{disk.profile.controller}",
            "info_name": f"/dev/{disk.profile.controller}",
            "type": "nvme",
            "protocol": "NVMe",
        }
        for disk in machine.disks
        if disk.present
    ]
    return (
        json.dumps({"json_format_version": [1, 0], "smartctl": _tool_part(args, 0), "devices": devices}, indent=2)
        + "\n"
    )


def _scan_text(machine: Machine) -> str:
    names = [f"/dev/{disk.profile.controller}" for disk in machine.disks if disk.present]
    return "".join(f"{name} -d nvme # {name}, NVMe device\n" for name in names)


def _report(machine: Machine, disk: Disk, args: list[str], code: int) -> Json:
    size = {"blocks": disk.profile.size_b // _BLOCK_B, "bytes": disk.profile.size_b}
    name = disk.name if disk.name in args else f"/dev/{disk.profile.controller}"
    oui = 0x002538
    return {
        "json_format_version": [1, 0],
        "smartctl": _tool_part(args, code),
        "local_time": {
            "time_t": int(machine.now_s),
            "asctime": f"{ctime(machine.now_s)[:-5]} {ctime(machine.now_s)[-4:]} UTC",
        },
        "device": {"name": name, "info_name": name, "type": "nvme", "protocol": "NVMe"},
        "model_name": disk.profile.model,
        "serial_number": disk.serial,
        "firmware_version": disk.firmware,
        "nvme_pci_vendor": {
            "id": int(disk.profile.pci_id.vendor, 16),
            "subsystem_id": int(disk.profile.pci_id.subvendor, 16),
        },
        "nvme_ieee_oui_identifier": oui,
        "nvme_total_capacity": disk.profile.size_b,
        "nvme_unallocated_capacity": 0,
        "nvme_controller_id": 6,
        "nvme_version": {"string": "1.4", "value": 66560},
        "nvme_number_of_namespaces": 32,
        "nvme_namespaces": [
            {
                "id": 1,
                "size": size,
                "capacity": size,
                "utilization": {"blocks": size["blocks"] // 9, "bytes": size["bytes"] // 9},
                "formatted_lba_size": _BLOCK_B,
                "eui64": {"oui": oui, "ext_id": number(disk.serial) & 0xFFFFFFFFFF},
            }
        ],
        "user_capacity": size,
        "logical_block_size": _BLOCK_B,
        "smart_support": {"available": True, "enabled": True},
        "smart_status": {"passed": disk.critical_warning == 0, "nvme": {"value": disk.critical_warning}},
        "nvme_smart_health_information_log": health(disk),
        "temperature": {"current": disk.temp_c},
        "power_cycle_count": 14,
        "power_on_time": {"hours": disk.power_on_hours},
        "nvme_error_information_log": {"size": 64, "read": 16, "unread": 48},
    }


def health(disk: Disk) -> dict[str, int]:
    """The NVMe SMART/health log by smartctl's names; temperatures in degrees C."""
    written = disk.power_on_hours * 9_800
    return {
        "critical_warning": disk.critical_warning,
        "temperature": disk.temp_c,
        "available_spare": disk.spare_pct,
        "available_spare_threshold": 10,
        "percentage_used": disk.used_pct,
        "data_units_read": written * 3,
        "data_units_written": written,
        "host_reads": written * 71,
        "host_writes": written * 24,
        "controller_busy_time": disk.power_on_hours // 6,
        "power_cycles": 14,
        "power_on_hours": disk.power_on_hours,
        "unsafe_shutdowns": disk.unsafe_shutdowns,
        "media_errors": disk.media_errors,
        "num_err_log_entries": disk.error_log_entries,
        "warning_temp_time": 0,
        "critical_comp_time": 0,
    }


def _text(machine: Machine, disk: Disk) -> str:
    values = health(disk)
    passed = "PASSED" if disk.critical_warning == 0 else "FAILED!"
    gb = disk.profile.size_b / 1e12
    return (
        "smartctl 7.4 2023-08-01 r5530 [x86_64-linux-5.15.0-122-generic] (local build)\n"
        "Copyright (C) 2002-23, Bruce Allen, Christian Franke, www.smartmontools.org\n\n"
        "=== START OF INFORMATION SECTION ===\n"
        f"Model Number:                       {disk.profile.model}\n"
        f"Serial Number:                      {disk.serial}\n"
        f"Firmware Version:                   {disk.firmware}\n"
        f"Total NVM Capacity:                 {disk.profile.size_b:,} [{gb:.2f} TB]\n"
        "NVMe Version:                       1.4\n"
        f"Local Time is:                      {ctime(machine.now_s)} UTC\n\n"
        "=== START OF SMART DATA SECTION ===\n"
        f"SMART overall-health self-assessment test result: {passed}\n\n"
        "SMART/Health Information (NVMe Log 0x02)\n"
        f"Critical Warning:                   0x{disk.critical_warning:02x}\n"
        f"Temperature:                        {disk.temp_c} Celsius\n"
        f"Available Spare:                    {disk.spare_pct}%\n"
        "Available Spare Threshold:          10%\n"
        f"Percentage Used:                    {disk.used_pct}%\n"
        f"Data Units Read:                    {values['data_units_read']:,}\n"
        f"Data Units Written:                 {values['data_units_written']:,}\n"
        f"Power Cycles:                       {values['power_cycles']}\n"
        f"Power On Hours:                     {disk.power_on_hours:,}\n"
        f"Unsafe Shutdowns:                   {disk.unsafe_shutdowns}\n"
        f"Media and Data Integrity Errors:    {disk.media_errors:,}\n"
        f"Error Information Log Entries:      {disk.error_log_entries:,}\n\n"
    )

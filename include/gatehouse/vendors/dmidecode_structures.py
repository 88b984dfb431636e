"""What dmidecode's structures tell, by DMI type (DSP0134, chapter 7): fact -> keys as printed, newest first."""

from dataclasses import dataclass, field

BIOS, SYSTEM, BOARD, CHASSIS, CPU, SLOT, ARRAY, DIMM, BOOT, IPMI, SUPPLY, TPM = 0, 1, 2, 3, 4, 9, 16, 17, 32, 38, 39, 43

_Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Structure:
    """Its part, whether a machine has several (``cpu0``, ``cpu1``; of the others the first counts), and its facts."""

    part: str
    words: _Keys
    numbers: _Keys = field(default_factory=dict)
    is_numbered: bool = False


_MAKER: _Keys = {
    "manufacturer": ("Manufacturer",),
    "product": ("Product Name",),
    "version": ("Version",),
    "serial": ("Serial Number",),
}
_ASSET: _Keys = {"asset_tag": ("Asset Tag",)}
STRUCTURES: dict[int, Structure] = {
    BIOS: Structure(
        "bios",
        {
            "vendor": ("Vendor",),
            "version": ("Version",),
            "date": ("Release Date",),
            "revision": ("BIOS Revision",),
            "firmware_revision": ("Firmware Revision",),
        },
    ),
    SYSTEM: Structure(
        "system",
        {**_MAKER, "uuid": ("UUID",), "sku": ("SKU Number",), "family": ("Family",), "wake_up": ("Wake-up Type",)},
    ),
    BOARD: Structure("board", {**_MAKER, **_ASSET, "location": ("Location In Chassis",)}),
    CHASSIS: Structure(
        "chassis",
        {
            **_MAKER,
            **_ASSET,
            "type": ("Type",),
            "boot_up_state": ("Boot-up State",),
            "power_supply_state": ("Power Supply State",),
            "thermal_state": ("Thermal State",),
            "sku": ("SKU Number",),
        },
    ),
    CPU: Structure(
        "cpu",
        {
            "socket": ("Socket Designation",),
            "manufacturer": ("Manufacturer",),
            "version": ("Version",),
            "status": ("Status",),
            "family": ("Family",),
            "serial": ("Serial Number",),
            "part": ("Part Number",),
        },
        {
            "cores": ("Core Count",),
            "cores_enabled": ("Core Enabled",),
            "threads": ("Thread Count",),
            "max_mhz": ("Max Speed",),
            "current_mhz": ("Current Speed",),
        },
        is_numbered=True,
    ),
    SLOT: Structure(
        "slot",
        {
            "designation": ("Designation",),
            "type": ("Type",),
            "usage": ("Current Usage",),
            "length": ("Length",),
            "bus": ("Bus Address",),
        },
        {"id": ("ID",)},
        is_numbered=True,
    ),
    ARRAY: Structure(
        "memory", {"ecc": ("Error Correction Type",), "max": ("Maximum Capacity",)}, {"slots": ("Number Of Devices",)}
    ),
    DIMM: Structure(
        "dimm",
        {
            "locator": ("Locator",),
            "bank": ("Bank Locator",),
            "manufacturer": ("Manufacturer",),
            "serial": ("Serial Number",),
            "part": ("Part Number",),
            "type": ("Type",),
            "form_factor": ("Form Factor",),
            "technology": ("Memory Technology",),
            "asset_tag": ("Asset Tag",),
        },
        {
            "speed_mts": ("Speed",),
            "configured_speed_mts": ("Configured Memory Speed", "Configured Clock Speed"),
            "rank": ("Rank",),
            "total_width": ("Total Width",),
            "data_width": ("Data Width",),
            "configured_voltage_v": ("Configured Voltage",),
        },
        is_numbered=True,
    ),
    BOOT: Structure("boot", {"status": ("Status",)}),
    IPMI: Structure(
        "ipmi", {"interface": ("Interface Type",), "version": ("Specification Version",), "address": ("Base Address",)}
    ),
    SUPPLY: Structure(
        "psu",
        {
            "location": ("Location",),
            "name": ("Name",),
            "manufacturer": ("Manufacturer",),
            "serial": ("Serial Number",),
            "part": ("Model Part Number",),
            "revision": ("Revision",),
            "status": ("Status",),
            "type": ("Type",),
            "plugged": ("Plugged",),
            "hot_replaceable": ("Hot Replaceable",),
        },
        {"max_power_w": ("Max Power Capacity",)},
        is_numbered=True,
    ),
    TPM: Structure(
        "tpm",
        {
            "vendor": ("Vendor ID",),
            "version": ("Specification Version",),
            "firmware": ("Firmware Revision",),
            "description": ("Description",),
        },
    ),
}

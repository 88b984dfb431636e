"""ethtool: settings, driver, statistics and module of one port."""

import math

from gatehouse.lab.machine.parts import Nic
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_MODES = {
    25_000: ("1000baseKX/Full", "10000baseCR/Full", "25000baseCR/Full"),
    400_000: ("100000baseCR4/Full", "200000baseCR4/Full", "400000baseSR8/Full", "400000baseDR4/Full"),
}
_NO_DEVICE = 75  # what ethtool ends with for "No data available"


@tool("ethtool")
def ethtool(call: Call) -> Steps:
    """``DEV``, ``-i DEV``, ``-S DEV``, ``-m DEV``."""
    args = list(call.args)
    if args == ["--version"]:
        return say("ethtool version 5.16\n")
    views = {"-i": _driver, "-S": _statistics, "-m": _module}
    flag = args.pop(0) if args and args[0].startswith("-") else ""
    if (flag and flag not in views) or len(args) != 1:
        return say(stderr="ethtool: bad command line argument(s)\nFor more information run ethtool -h\n", exit_code=1)
    nic = next((nic for nic in call.machine.nics if nic.present and nic.name == args[0]), None)
    if nic is None:
        if flag:
            return say(stderr="Cannot get driver information: No such device\n", exit_code=71)
        return say(
            f"Settings for {args[0]}:\nNo data available\n",
            "Cannot get device settings: No such device\n" * 2 + "Cannot get link status: No such device\n",
            _NO_DEVICE,
        )
    if flag == "-m" and not call.root:
        return say(stderr="netlink error: Operation not permitted\n", exit_code=1)
    return say(views[flag](nic) if flag else _settings(nic))


def _settings(nic: Nic) -> str:
    modes = _MODES[nic.profile.speed_mbps]
    joined = "\n\t                        ".join(modes)
    return (
        f"Settings for {nic.name}:\n"
        f"\tSupported ports: [ {'Backplane' if nic.profile.port == 'FIBRE' else 'FIBRE'} ]\n"
        f"\tSupported link modes:   {joined}\n"
        "\tSupported pause frame use: Symmetric\n"
        "\tSupports auto-negotiation: Yes\n"
        "\tSupported FEC modes: RS\n"
        f"\tAdvertised link modes:  {joined}\n"
        "\tAdvertised pause frame use: Symmetric\n"
        "\tAdvertised auto-negotiation: Yes\n"
        "\tAdvertised FEC modes: RS\n"
        "\tLink partner advertised link modes:  Not reported\n"
        "\tLink partner advertised pause frame use: No\n"
        "\tLink partner advertised auto-negotiation: Yes\n"
        "\tLink partner advertised FEC modes: Not reported\n"
        f"\tSpeed: {f'{nic.speed_mbps}Mb/s' if nic.up else 'Unknown!'}\n"
        f"\tDuplex: {nic.duplex if nic.up else 'Unknown! (255)'}\n"
        "\tAuto-negotiation: on\n"
        f"\tPort: {nic.profile.port}\n"
        "\tPHYAD: 0\n"
        "\tTransceiver: internal\n"
        "\tSupports Wake-on: d\n"
        "\tWake-on: d\n"
        f"\tLink detected: {'yes' if nic.up else 'no (No cable)'}\n"
    )


def _driver(nic: Nic) -> str:
    return (
        f"driver: {nic.profile.driver}\nversion: 24.10-0.7.0\nfirmware-version: {nic.firmware}\n"
        f"expansion-rom-version: \nbus-info: {nic.profile.pci}\n"
        "supports-statistics: yes\nsupports-test: yes\nsupports-eeprom-access: no\n"
        "supports-register-dump: no\nsupports-priv-flags: yes\n"
    )


def _statistics(nic: Nic) -> str:
    counters = {
        "rx_packets": 90_114_532,
        "rx_bytes": 71_220_551_904,
        "tx_packets": 88_003_110,
        "tx_bytes": 70_118_442_213,
        "rx_discards_phy": 0,
        "tx_discards_phy": 0,
        "rx_crc_errors_phy": nic.rx_crc_errors,
        "rx_symbol_err_phy": nic.symbol_errors,
        "rx_out_of_buffer": 0,
        "link_down_events_phy": nic.link_downs,
        "rx_pcs_symbol_err_phy": nic.symbol_errors,
        "rx_corrected_bits_phy": 1_204 + 90_000 * (nic.symbol_errors > 0),
        "module_bad_shorted": 0,
        "module_high_temp": 0,
    }
    return "NIC statistics:\n" + "".join(f"     {name}: {value}\n" for name, value in counters.items())


_RX_LOWEST_MW = 0.1259  # -9 dBm
_HOTTEST_C = 75


def _module(nic: Nic) -> str:
    if nic.profile.port != "FIBRE":
        return _copper(nic)
    rows = [
        ("Identifier", "0x18 (QSFP-DD Double Density 8X Pluggable Transceiver (INF-8628))"),
        ("Power class", "6"),
        ("Max power", "12.00W"),
        ("Connector", "0x0c (MPO)"),
        ("Vendor name", "Gatehouse Labs"),
        ("Vendor PN", "GL-400-DR4"),
        ("Vendor rev", "01"),
        ("Vendor SN", nic.serial),
        ("Module temperature", f"{nic.module_temp_c:.2f} degrees C / {nic.module_temp_c * 1.8 + 32:.2f} degrees F"),
        ("Module voltage", "3.2870 V"),
        ("Alarm/warning flags implemented", "Yes"),
        ("Module temperature high alarm", "On" if nic.module_temp_c > _HOTTEST_C else "Off"),
    ]
    light_mw = nic.rx_power_mw if nic.up else 0.0001
    for lane in range(1, 5):
        rows.append((f"Laser bias current (Channel {lane})", "61.120 mA"))
        shown = f"{light_mw:.4f} mW / {10 * math.log10(light_mw):.2f} dBm"
        rows.append((f"Rcvr signal avg optical power (Channel {lane})", shown))
        rows.append((f"Laser rx power low alarm (Channel {lane})", "On" if light_mw < _RX_LOWEST_MW else "Off"))
    return "".join(f"\t{name:<42}: {value}\n" for name, value in rows)


def _copper(nic: Nic) -> str:
    """A copper cable measures nothing of itself."""
    rows = (
        ("Identifier", "0x03 (SFP)"),
        ("Connector", "0x21 (Copper pigtail)"),
        ("Vendor name", "Gatehouse Labs"),
        ("Vendor PN", "GL-25-DAC"),
        ("Vendor SN", nic.serial),
        ("Optical diagnostics support", "No"),
    )
    return "".join(f"\t{name:<42}: {value}\n" for name, value in rows)

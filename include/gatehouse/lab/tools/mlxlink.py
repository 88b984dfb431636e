"""mlxlink: link, bit error rates and module of one port, as JSON."""

import json
import math

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.parts import Nic
from gatehouse.lab.tools.rdma import port_of
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

Json = dict[str, object]
_KNOWN = {"-m", "--show_module", "-c", "--show_counters", "-e", "--show_eye", "--json"}
_NO_CABLE_OPCODE = 1024
_MODULE_MAX_C = 75
_IDLE_MW = 1e-4


@tool("mlxlink")
def mlxlink(call: Call) -> Steps:
    """``-d DEVICE --show_module --show_counters --json``; needs root."""
    args = list(call.args)
    if args[:1] != ["-d"] or len(args) < 2 or not set(args[2:]) <= _KNOWN or "--json" not in args:
        return say(
            "-E- Invalid argument. Only -d DEVICE --show_module --show_counters --json is simulated\n", exit_code=1
        )
    nic = port_of(call.machine, args[1])
    if nic is None or not call.root:
        return say(_document({}, 1, f"Failed to open device: {args[1]}"), exit_code=1)
    output = {
        "Operational Info": _operational(nic),
        "Supported Info": {"Enabled Link Speed (Ext.)": "0x00010000 (400G_4X)"},
        "Troubleshooting Info": _trouble(nic),
        "Physical Counters and BER Info": _counters(nic),
        "Module Info": _module(nic),
        "Tool Information": {"Firmware Version": nic.firmware.split()[0], "MFT Version": "mft 4.28.0-96"},
    }
    return say(_document(output, 0, "success"))


def _document(output: Json, code: int, message: str) -> str:
    return json.dumps({"result": {"output": output}, "status": {"code": code, "message": message}}, indent=2) + "\n"


def _operational(nic: Nic) -> Json:
    lanes = 4 if nic.speed_mbps >= 100_000 else 1
    speed = f"{nic.speed_mbps // 1000}G" if nic.profile.link_layer == "Ethernet" else "IB-NDR"
    return {
        "State": "Active" if nic.up else "Polling",
        "Physical state": "LinkUp" if nic.up else "ETH_AN_FSM_ENABLE",
        "Speed": speed if nic.up else "N/A",
        "Width": f"{lanes}x" if nic.up else "N/A",
        "FEC": "Standard_RS-FEC - (544,514)" if nic.up else "N/A",
        "Loopback Mode": "No Loopback",
        "Auto Negotiation": "ON",
    }


def _trouble(nic: Nic) -> Json:
    if nic.up:
        return {"Status Opcode": "0", "Group Opcode": "N/A", "Recommendation": "No issue was observed"}
    return {"Status Opcode": str(_NO_CABLE_OPCODE), "Group Opcode": "MNG FW", "Recommendation": "Cable is unplugged"}


def _counters(nic: Nic) -> Json:
    raw = max(nic.effective_ber * 1e6, 1e-9)
    return {
        "Time Since Last Clear [Min]": "4021.4",
        "Effective Physical Errors": str(round(nic.effective_ber * 1e16)),
        "Effective Physical BER": _exponent(nic.effective_ber),
        "Raw Physical BER": _exponent(raw),
        "Link Down Counter": str(nic.link_downs),
        "Link Error Recovery Counter": str(nic.link_recoveries),
        "Raw Physical Errors Per Lane": ",".join(str(round(raw * 1e12) + lane) for lane in range(4)),
        "Symbol Errors": str(nic.symbol_errors),
        "Symbol BER": "15E-255" if not nic.symbol_errors else "2E-11",
    }


def _exponent(rate: float) -> str:
    """``4E-13``, as mlxlink prints rates."""
    power = math.floor(math.log10(rate))
    return f"{round(rate / 10**power)}E{power}"


def _module(nic: Nic) -> Json:
    if nic.profile.port != "FIBRE":
        return {
            "Identifier": "SFP28/SFP+",
            "Cable Type": "Passive copper cable",
            "Vendor Name": "Gatehouse Labs",
            "Vendor Part Number": "GL-25-DAC",
            "Vendor Serial Number": nic.serial,
            "Temperature [C]": "N/A",
            "Voltage [mV]": "N/A",
        }
    light = 10 * math.log10(nic.rx_power_mw if nic.up else _IDLE_MW)
    received = ",".join(f"{light + between(-0.2, 0.2, nic.serial, lane):.3f}" for lane in range(4))
    return {
        "Identifier": "OSFP",
        "Compliance": "400GBASE-DR4",
        "Cable Type": "Optical Module (separated)",
        "Vendor Name": "Gatehouse Labs",
        "Vendor Part Number": "GL-400-DR4",
        "Vendor Serial Number": nic.serial,
        "FW Version": "46.120.1",
        "Temperature [C]": f"{round(nic.module_temp_c)} [-5..{_MODULE_MAX_C}]",
        "Voltage [mV]": "3287 [2970..3630]",
        "Bias Current [mA]": "61.120,61.004,60.911,61.300 [40..110]",
        "Rx Power Current [dBm]": f"{received} [-9.0..6.0]",
        "Tx Power Current [dBm]": "1.410,1.388,1.402,1.395 [-5.0..6.0]",
    }

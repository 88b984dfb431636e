"""rdma, ibv_devinfo, ibstat, perfquery: the RDMA side of each network port."""

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Nic
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_CARD_TYPES = {400_000: 4129, 25_000: 4127}  # ConnectX-7 and ConnectX-6 Lx, as the kernel's PCI table counts them
_MTU_B, _SMALL_MTU_B = 4096, 1024
_MTU_CODES = {4096: 5, 1024: 3}
_FAST_MBPS = 100_000


def port_of(machine: Machine, name: str) -> Nic | None:
    """The port whose RDMA device has that name."""
    return next((nic for nic in machine.nics if nic.present and nic.rdma == name), None)


def _guid(nic: Nic) -> str:
    mac = nic.mac.replace(":", "")
    return f"{mac[:6]}0300{mac[6:]}"


@tool("rdma")
def rdma(call: Call) -> Steps:
    """``link`` and ``link show``."""
    if call.args not in (("link",), ("link", "show")):
        return say(stderr=f'Unknown command "{" ".join(call.args)}".\n', exit_code=1)
    lines = []
    for nic in call.machine.nics:
        if nic.present:
            state = "ACTIVE physical_state LINK_UP" if nic.up else "DOWN physical_state POLLING"
            subnet = "subnet_prefix fe80:0000:0000:0000 lid " + f"{nic.index + 40} sm_lid 1 lmc 0 "
            lines.append(f"link {nic.rdma}/1 {subnet * _is_ib(nic)}state {state} netdev {nic.name} \n")
    return say("".join(lines))


def _is_ib(nic: Nic) -> bool:
    return nic.profile.link_layer == "InfiniBand"


@tool("ibv_devinfo")
def ibv_devinfo(call: Call) -> Steps:
    """Every device."""
    if call.args:
        return say(stderr=f"ibv_devinfo: unrecognized argument '{call.args[0]}'\n", exit_code=1)
    return say("".join(_device(nic) for nic in call.machine.nics if nic.present))


def _device(nic: Nic) -> str:
    version, _, board = nic.firmware.partition(" ")
    guid = _guid(nic)
    parted = ":".join(guid[at : at + 4] for at in range(0, 16, 4))
    mtu = _MTU_B if nic.profile.speed_mbps >= _FAST_MBPS else _SMALL_MTU_B
    lid = nic.index + 40 if _is_ib(nic) else 0
    return (
        f"hca_id:\t{nic.rdma}\n"
        "\ttransport:\t\t\tInfiniBand (0)\n"
        f"\tfw_ver:\t\t\t\t{version}\n"
        f"\tnode_guid:\t\t\t{parted}\n"
        f"\tsys_image_guid:\t\t\t{parted}\n"
        "\tvendor_id:\t\t\t0x02c9\n"
        f"\tvendor_part_id:\t\t\t{_CARD_TYPES[nic.profile.speed_mbps]}\n"
        "\thw_ver:\t\t\t\t0x0\n"
        f"\tboard_id:\t\t\t{board.strip('()')}\n"
        "\tphys_port_cnt:\t\t\t1\n"
        "\t\tport:\t1\n"
        f"\t\t\tstate:\t\t\t{'PORT_ACTIVE (4)' if nic.up else 'PORT_DOWN (1)'}\n"
        f"\t\t\tmax_mtu:\t\t{_MTU_B} ({_MTU_CODES[_MTU_B]})\n"
        f"\t\t\tactive_mtu:\t\t{mtu} ({_MTU_CODES[mtu]})\n"
        f"\t\t\tsm_lid:\t\t\t{int(_is_ib(nic))}\n"
        f"\t\t\tport_lid:\t\t{lid}\n"
        "\t\t\tport_lmc:\t\t0x00\n"
        f"\t\t\tlink_layer:\t\t{nic.profile.link_layer}\n\n"
    )


@tool("ibstat")
def ibstat(call: Call) -> Steps:
    """Every adapter, or those that are named."""
    names = [arg for arg in call.args if not arg.startswith("-")]
    nics = [nic for nic in call.machine.nics if nic.present and (not names or nic.rdma in names)]
    if names and not nics:
        panic = f"stat of IB device '{names[0]}' failed: No such file or directory"
        return say(stderr=f"ibpanic: [48211] main: {panic}\n", exit_code=255)
    return say("".join(_adapter(nic) for nic in nics))


def _adapter(nic: Nic) -> str:
    guid, lid = _guid(nic), nic.index + 40 if _is_ib(nic) else 0
    return (
        f"CA '{nic.rdma}'\n"
        f"\tCA type: MT{_CARD_TYPES[nic.profile.speed_mbps]}\n"
        "\tNumber of ports: 1\n"
        f"\tFirmware version: {nic.firmware.split()[0]}\n"
        "\tHardware version: 0\n"
        f"\tNode GUID: 0x{guid}\n"
        f"\tSystem image GUID: 0x{guid}\n"
        "\tPort 1:\n"
        f"\t\tState: {'Active' if nic.up else 'Down'}\n"
        f"\t\tPhysical state: {'LinkUp' if nic.up else 'Polling'}\n"
        f"\t\tRate: {nic.speed_mbps // 1000 if nic.up else 10}\n"
        f"\t\tBase lid: {lid}\n"
        "\t\tLMC: 0\n"
        f"\t\tSM lid: {int(_is_ib(nic))}\n"
        "\t\tCapability mask: 0xa751e848\n"
        f"\t\tPort GUID: 0x{guid}\n"
        f"\t\tLink layer: {nic.profile.link_layer}\n"
    )


@tool("perfquery")
def perfquery(call: Call) -> Steps:
    """``-x -C DEVICE -P 1``: the wide counters of an InfiniBand port; needs root for the management device."""
    args = call.args
    if len(args) != 5 or args[:2] != ("-x", "-C") or args[3:] != ("-P", "1"):
        return say(stderr="usage: perfquery [options] [<lid|guid> [[port(s)] [reset_mask]]]\n", exit_code=1)
    nic = port_of(call.machine, args[2])
    if nic is None or not _is_ib(nic) or not call.root:
        return say(
            stderr=f"ibwarn: [48211] mad_rpc_open_port: can't open UMAD port ({args[2]}:1)\n"
            f"perfquery: iberror: failed: Failed to open '{args[2]}' port '1'\n",
            exit_code=1,
        )
    return say(_counters(nic))


def _counters(nic: Nic) -> str:
    counters = {
        "PortSelect": 1,
        "CounterSelect": "0x0000",
        "PortXmitData": 36_298_026_860,
        "PortRcvData": 12_279_028_775,
        "PortXmitPkts": 101_733_204,
        "PortRcvPkts": 32_262_508,
        "PortUnicastXmitPkts": 101_708_165,
        "PortUnicastRcvPkts": 26_677_661,
        "PortMulticastXmitPkts": 25_038,
        "PortMulticastRcvPkts": 5_584_846,
        "CounterSelect2": "0x00000000",
        "SymbolErrorCounter": nic.symbol_errors,
        "LinkErrorRecoveryCounter": nic.link_recoveries,
        "LinkDownedCounter": nic.link_downs,
        "PortRcvErrors": nic.rx_crc_errors,
        "PortRcvRemotePhysicalErrors": 0,
        "PortRcvSwitchRelayErrors": 0,
        "PortXmitDiscards": 0,
        "PortXmitConstraintErrors": 0,
        "PortRcvConstraintErrors": 0,
        "LocalLinkIntegrityErrors": 0,
        "ExcessiveBufferOverrunErrors": 0,
        "VL15Dropped": 0,
        "PortXmitWait": 22_730,
        "QP1Dropped": 0,
    }
    head = f"# Port extended counters: Lid {nic.index + 40} port 1 (CapMask: 0x5300 CapMask2: 0x0000002)\n"
    return head + "".join(f"{name + ':':.<33}{value}\n" for name, value in counters.items())

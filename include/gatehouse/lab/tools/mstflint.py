"""mstflint: firmware and identity of one network adapter, by ``-d DEVICE query``."""

from gatehouse.lab.tools.rdma import port_of
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say


@tool("mstflint")
def mstflint(call: Call) -> Steps:
    """``-d DEVICE query`` or ``q``; needs root."""
    args = call.args
    if len(args) != 3 or args[0] != "-d" or args[2] not in ("query", "q"):
        return say("-E- Invalid command line. Run mstflint --help\n", exit_code=1)
    nic = port_of(call.machine, args[1])
    if nic is None or not call.root:
        why = "No such file or directory" if nic is None else "Permission denied"
        return say(f"-E- Cannot open Device: {args[1]}. {why}.\n", exit_code=1)
    version, _, board = nic.firmware.partition(" ")
    guid = nic.mac.replace(":", "")
    return say(
        "Image type:            FS4\n"
        f"FW Version:            {version}\n"
        "FW Release Date:       27.2.2024\n"
        f"Product Version:       {version}\n"
        "Rom Info:              type=UEFI version=14.32.17 cpu=AMD64,AARCH64\n"
        "                       type=PXE version=3.7.300 cpu=AMD64\n"
        "Description:           UID                GuidsNumber\n"
        f"Base GUID:             {guid[:6]}0300{guid[6:]}        4\n"
        f"Base MAC:              {guid}            4\n"
        "Image VSD:             N/A\n"
        "Device VSD:            N/A\n"
        f"PSID:                  {board.strip('()')}\n"
        "Security Attributes:   N/A\n"
    )

"""nvidia-smi: chooses what to print by its arguments."""

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools import nvidia_csv, nvidia_links, nvidia_table, nvidia_text, nvidia_xml
from gatehouse.lab.tools.nvidia_words import smi_bus
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Do, Err, Out, Steps, say

_NO_DEVICES = "No devices were found\n"
_USAGE_EXIT = 2
_LOST_EXIT = 15  # NVML: a GPU has fallen off the bus (nvidia-smi's documented return codes)


def _lost_text(call: Call) -> str:
    """What every query of a GPU that the driver has lost says; empty when there is none."""
    lost = next((gpu for gpu in call.machine.accelerators if gpu.lost), None)
    if lost is None:
        return ""
    return (
        f"Unable to determine the device handle for GPU{lost.index}: {lost.pci.upper()}: GPU is lost.  "
        "Reboot the system to recover this GPU\n"
    )


def _chosen(args: tuple[str, ...]) -> str | None:
    """The value of ``-i``/``--id``."""
    for index, arg in enumerate(args):
        if arg in ("-i", "--id") and index + 1 < len(args):
            return args[index + 1]
        if arg.startswith(("-i=", "--id=")):
            return arg.split("=", 1)[1]
    return None


@tool("nvidia-smi")
def nvidia_smi(call: Call) -> Steps:
    """The table, ``-q``, ``-q -x``, ``-L``, ``--query-gpu=``, ``nvlink -s``, ``topo -m``, ``--gpu-reset``."""
    lost = _lost_text(call)
    if lost:
        return say(lost, exit_code=_LOST_EXIT)
    gpus = call.machine.live_accelerators()
    if not gpus:
        return say(_NO_DEVICES, exit_code=6)
    chosen = _chosen(call.args)
    if chosen is not None:
        gpus = [gpu for gpu in gpus if chosen in (str(gpu.index), f"GPU-{gpu.uuid}", gpu.pci)]
        if not gpus:
            return say(_NO_DEVICES, exit_code=6)
    return _answer(call, [arg for arg in call.args if arg not in ("-i", "--id", chosen)], gpus)


def _answer(call: Call, args: list[str], gpus: list[Accelerator]) -> Steps:
    machine = call.machine
    first = args[0] if args else ""
    query = next((arg for arg in args if arg.startswith("--query-gpu=")), None)
    if query is not None:
        return nvidia_csv.query_gpu(machine, gpus, query.split("=", 1)[1], args)
    if first in ("nvlink", "topo") and (links := _links(machine, args, gpus)) is not None:
        return say(links)
    if set(args) in ({"-r"}, {"--gpu-reset"}):
        return _reset(call, gpus)
    if not args:
        return say(nvidia_table.table(machine, gpus))
    if args in (["-L"], ["--list-gpus"]):
        return say("".join(f"GPU {gpu.index}: {gpu.name} (UUID: GPU-{gpu.uuid})\n" for gpu in gpus))
    if set(args) in ({"-q", "-x"}, {"--query", "--xml-format"}, {"-q", "--xml-format"}):
        return say(nvidia_xml.document(machine, gpus))
    if args[0] in ("-q", "--query") and (len(args) == 1 or args[1] in ("-d", "--display")):
        return say(nvidia_text.query(machine, gpus))
    return say(
        "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n"
        if first.startswith("-")
        else f"ERROR: Option {first} is not recognized. Please run 'nvidia-smi -h'.\n",
        exit_code=_USAGE_EXIT,
    )


def _links(machine: Machine, args: list[str], gpus: list[Accelerator]) -> str | None:
    """``nvlink -s`` and ``-e``, ``topo -m`` and ``-p2p n``; None for what else may be asked of them."""
    rest = args[1:]
    if args[0] == "topo":
        if rest in (["-m"], ["--matrix"]):
            return nvidia_links.topology(machine, gpus)
        return nvidia_links.peers(gpus) if rest == ["-p2p", "n"] else None
    if rest and set(rest) <= {"-s", "--status"}:
        return nvidia_links.status(gpus)
    return nvidia_links.errors(gpus) if rest and set(rest) <= {"-e", "--errorcounters"} else None


def _reset(call: Call, gpus: list[Accelerator]) -> Steps:
    if not call.root:
        yield Err(b"Unable to reset GPU: Insufficient Permissions\n")
        return 4
    for gpu in gpus:
        yield Do("reset_device", gpu.part)
        yield Out(f"GPU {smi_bus(gpu.pci)} was successfully reset.\n".encode())
    yield Out(b"All done.\n")
    return 0

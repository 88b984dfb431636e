"""lspci: short lines, ``-nn``, ``-mm``, ``-v``/``-vv``/``-vvv``, ``-s SLOT``, ``-d VENDOR:DEVICE``."""

from gatehouse.lab.machine.pci import PciDevice, devices
from gatehouse.lab.tools.lspci_verbose import verbose
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say

_FLAGS = set("vnmkD")


@tool("lspci")
def lspci(call: Call) -> Steps:
    """The devices that the filters leave, in the asked form."""
    flags, slot, ids, wrong = _options(list(call.args))
    if wrong:
        return say(stderr=f"lspci: invalid option -- '{wrong}'\nUsage: lspci [<switches>]\n", exit_code=1)
    found = [one for one in devices(call.machine) if _matches(one, slot, ids)]
    if "m" in flags:
        return say("".join(_machine_readable(one, "n" in flags) for one in found))
    lines = []
    for one in found:
        line = short(one, domain="D" in flags, numeric=flags.count("n"))
        lines.append(line + verbose(one, flags.count("v"), call.root) if "v" in flags else line + _driver(one, flags))
    return say("".join(lines))


def _options(args: list[str]) -> tuple[list[str], str, str, str]:
    flags: list[str] = []
    slot = ids = ""
    while args:
        word = args.pop(0)
        if word in ("-s", "-d") and args:
            value = args.pop(0)
            slot, ids = (value, ids) if word == "-s" else (slot, value)
        elif word.startswith("-") and set(word[1:]) <= _FLAGS and word != "-":
            flags.extend(word[1:])
        else:
            return flags, slot, ids, word.lstrip("-")
    return flags, slot, ids, ""


def _matches(one: PciDevice, slot: str, ids: str) -> bool:
    vendor, _, device = ids.partition(":")
    where = slot.lower()
    return (
        (not where or one.pci.startswith(where) or one.pci.removeprefix("0000:").startswith(where))
        and (not vendor or vendor.lower() == one.pci_id.vendor)
        and (not device or device.lower().split(":")[0] == one.pci_id.device)
    )


def short(one: PciDevice, domain: bool = False, numeric: int = 0) -> str:
    """The line of a device: ``19:00.0 3D controller: NVIDIA Corporation GH100 … (rev a1)``."""
    ids = one.pci_id
    where = one.pci if domain else one.pci.removeprefix("0000:")
    revision = f" (rev {ids.revision})" if ids.revision != "00" else ""
    if numeric == 1:
        return f"{where} {ids.class_code}: {ids.vendor}:{ids.device}{revision}\n"
    kind = f"{ids.class_name} [{ids.class_code}]" if numeric else ids.class_name
    number = f" [{ids.vendor}:{ids.device}]" if numeric else ""
    return f"{where} {kind}: {ids.vendor_name} {ids.device_name}{number}{revision}\n"


def _driver(one: PciDevice, flags: list[str]) -> str:
    return f"\tKernel driver in use: {one.driver}\n" if "k" in flags and one.driver else ""


def _machine_readable(one: PciDevice, numeric: bool) -> str:
    ids = one.pci_id

    def name(text: str, number: str) -> str:
        return f'"{text} [{number}]"' if numeric else f'"{text}"'

    where = one.pci.removeprefix("0000:")
    revision = f" -r{ids.revision}" if ids.revision != "00" else ""
    subsystem = f"{name(ids.vendor_name, ids.subvendor)} {name('Device ' + ids.subdevice, ids.subdevice)}"
    return (
        f"{where} {name(ids.class_name, ids.class_code)} {name(ids.vendor_name, ids.vendor)} "
        f"{name(ids.device_name, ids.device)}{revision} {subsystem}\n"
    )

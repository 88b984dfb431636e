"""hl-smi: the table, ``-L``, and ``-Q … -f csv``."""

from collections.abc import Callable

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.clock import ctime
from gatehouse.lab.tools.nvidia_words import pcie_gen
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Do, Err, Steps, say

_RULE = "|-------------------------------+----------------------+----------------------+\n"
_HEAD = """\
+-----------------------------------------------------------------------------+
| HL-SMI Version:{version:>42}                   |
| Driver Version:{driver:>42}                   |
|-------------------------------+----------------------+----------------------+
| AIP  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncor-Events|
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | AIP-Util  Compute M. |
|===============================+======================+======================|
"""
_PROCESSES = """\
| Compute Processes:                                               AIP Memory |
|  AIP       PID   Type   Process name                             Usage      |
|=============================================================================|
"""
_END = "+=============================================================================+\n"
_USAGE_EXIT = 1

Value = Callable[[Machine, Accelerator], object]
_COLUMNS: dict[str, tuple[str, Value]] = {
    "timestamp": ("", lambda m, a: ctime(m.now_s)),
    "name": ("", lambda m, a: a.name),
    "bus_id": ("", lambda m, a: a.pci),
    "driver_version": ("", lambda m, a: m.profile.accelerator.driver),
    "temperature.aip": ("C", lambda m, a: a.temp_c),
    "utilization.aip": ("%", lambda m, a: a.util_pct),
    "memory.total": ("MiB", lambda m, a: a.memory_mib),
    "memory.free": ("MiB", lambda m, a: a.memory_mib - a.used_mib),
    "memory.used": ("MiB", lambda m, a: a.used_mib),
    "index": ("", lambda m, a: a.index),
    "serial": ("", lambda m, a: a.serial),
    "uuid": ("", lambda m, a: a.uuid),
    "module_id": ("", lambda m, a: a.index),
    "power.draw": ("W", lambda m, a: round(a.power_w)),
    "ecc.errors.uncorrected.aggregate.total": ("", lambda m, a: a.aggregate.dram_uncorrectable),
    "ecc.errors.uncorrected.volatile.total": ("", lambda m, a: a.volatile.dram_uncorrectable),
    "ecc.errors.corrected.aggregate.total": ("", lambda m, a: a.aggregate.dram_correctable),
    "ecc.errors.corrected.volatile.total": ("", lambda m, a: a.volatile.dram_correctable),
    "ecc.errors.dram.aggregate.total": ("", lambda m, a: a.aggregate.dram_correctable),
    "ecc.errors.dram-corrected.aggregate.total": ("", lambda m, a: a.aggregate.dram_correctable),
    "ecc.mode.current": ("", lambda m, a: "Enabled"),
    "stats.violation.power": ("", lambda m, a: int(a.throttle.hw_power_brake)),
    "stats.violation.thermal": ("", lambda m, a: int(a.throttle.hw_thermal)),
    "clocks.current.soc": ("MHz", lambda m, a: a.core_mhz),
    "clocks.max.soc": ("MHz", lambda m, a: a.profile.core_mhz),
    "pcie.link.gen.max": ("", lambda m, a: pcie_gen(a.pcie.max_gts)),
    "pcie.link.gen.current": ("", lambda m, a: pcie_gen(a.pcie.speed_gts)),
    "pcie.link.width.max": ("", lambda m, a: a.pcie.max_width),
    "pcie.link.width.current": ("", lambda m, a: a.pcie.width),
    "pcie.link.replay": ("", lambda m, a: a.pcie.replays),
}


@tool("hl-smi")
def hl_smi(call: Call) -> Steps:
    """What the arguments ask for."""
    machine, args = call.machine, list(call.args)
    aips = machine.live_accelerators()
    if not aips:
        return say("hl-smi: No devices found\n", exit_code=1)
    if not args:
        return say(table(machine, aips))
    if args in (["-L"], ["--list-aips"]):
        return say("".join(f"AIP {aip.index}: {aip.name} ({aip.pci}) (UUID: {aip.uuid})\n" for aip in aips))
    if args in (["-v"], ["--version"]):
        return say(f"{_version(machine)}\n")
    if args[0] in ("-r", "--reset"):
        return _reset(call, aips, args)
    asked = _query(args)
    if asked is None:
        return say(
            stderr=f"hl-smi: invalid option -- '{args[0].lstrip('-')}'\nTry 'hl-smi -h'\n", exit_code=_USAGE_EXIT
        )
    return _csv(machine, aips, *asked)


def _version(machine: Machine) -> str:
    return machine.profile.accelerator.firmware.replace("-fw-", "-rc-fw-", 1).removesuffix("-sec-9")


def _query(args: list[str]) -> tuple[list[str], list[str]] | None:
    """Column names and format options, in the forms ``-Q a,b -f csv`` and ``--query-aip=a,b --format=csv``."""
    fields = form = None
    rest = list(args)
    while rest:
        word = rest.pop(0)
        flag, equals, value = word.partition("=")
        if flag in ("-Q", "--query-aip") and (equals or rest):
            fields = value if equals else rest.pop(0)
        elif flag in ("-f", "--format") and (equals or rest):
            form = value if equals else rest.pop(0)
        else:
            return None
    if fields is None or form is None:
        return None
    return [field.strip() for field in fields.split(",")], form.split(",")


def _csv(machine: Machine, aips: list[Accelerator], names: list[str], options: list[str]) -> Steps:
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown or "csv" not in options:
        return say(stderr=f"hl-smi: unknown query or format: {', '.join(unknown) or options[0]}\n", exit_code=1)
    units = "nounits" not in options
    head = [f"{name} [{_COLUMNS[name][0]}]" if _COLUMNS[name][0] else name for name in names]
    lines = [] if "noheader" in options else [", ".join(head)]
    for aip in aips:
        cells = []
        for name in names:
            unit, value = _COLUMNS[name]
            cells.append(f"{value(machine, aip)} {unit}" if unit and units else str(value(machine, aip)))
        lines.append(", ".join(cells))
    return say("\n".join(lines) + "\n")


def table(machine: Machine, aips: list[Accelerator]) -> str:
    """Two lines an accelerator, then the processes."""
    head = _HEAD.format(version=_version(machine), driver=machine.profile.accelerator.driver)
    rows = "".join(_rows(aip) for aip in aips)
    processes = "".join(_process(aip) for aip in aips)
    return head + rows + _PROCESSES + processes + _END


def _process(aip: Accelerator) -> str:
    if not aip.process:
        return f"|  {aip.index:2d}        N/A   N/A    N/A                                      N/A        |\n"
    return f"|  {aip.index:2d}   {48_211 + aip.index:8d}   C      {aip.process:<40} 61204MiB   |\n"


def _rows(aip: Accelerator) -> str:
    power = f"{aip.power_w:4.0f}W /{aip.power_limit_w:4d}W"
    memory = f"{aip.used_mib:5d}MiB /{aip.memory_mib:7d}MiB"
    events = aip.volatile.dram_uncorrectable + aip.volatile.sram_uncorrectable
    return (
        f"| {aip.index:3d}  {aip.name:<19} N/A  | {aip.pci}     N/A | {events:19d}  |\n"
        f"| N/A {aip.temp_c:3d}C   N/A{power:>14} | {memory:>20} | {aip.util_pct:6d}%           N/A |\n"
        f"{_RULE}"
    )


def _reset(call: Call, aips: list[Accelerator], args: list[str]) -> Steps:
    if not call.root:
        yield Err(b"hl-smi: reset needs root\n")
        return 1
    for aip in aips:
        if not args[1:] or str(aip.index) in args[1:]:
            yield Do("reset_device", aip.part)
    return 0

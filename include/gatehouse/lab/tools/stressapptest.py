"""stressapptest: copies memory under load and compares."""

from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.tools.clock import moment
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

_VALUED = {"-s": 20, "-M": 0, "-m": 0, "-i": 0, "-c": 0, "-C": 0, "--pause_delay": 600, "--max_errors": 0, "-v": 8}
_FLAGS = {"-W", "-A", "-F", "--cc_test"}
_COPY_MB_A_CPU_S = 640.0
_REPORT_EVERY_S = 10


def _asked(args: list[str]) -> dict[str, int] | str:
    """The numbers by flag, or the word that is not known."""
    asked = dict(_VALUED)
    while args:
        word = args.pop(0)
        if word in _VALUED:
            value = args.pop(0) if args else ""
            if not (value.isdecimal() and len(value) < 10):
                return word
            asked[word] = int(value)
        elif word not in _FLAGS:
            return word
    return asked


@tool("stressapptest")
def stressapptest(call: Call) -> Steps:
    """``-s SECONDS -M MIB -W``; the last line is the verdict."""
    asked = _asked(list(call.args))
    if isinstance(asked, str):
        return say(f"\n Unknown argument {asked}\nUsage: ./sat(32|64) [options]\n", exit_code=1)
    machine = call.machine
    mib = asked["-M"] or machine.memory_mib * 85 // 100
    if mib > machine.memory_mib:
        return say(
            _log(machine, 0, "Process Error: memory allocation failed")
            + _log(machine, 0, "Status: FAIL - test encountered procedural errors", blank=True),
            exit_code=1,
        )
    return _run(machine, asked, mib)


def _log(machine: Machine, after_s: float, text: str, blank: bool = False) -> str:
    stamp = f"{moment(machine.now_s + after_s):%Y/%m/%d-%H:%M:%S(UTC)}"
    return ("\n" if blank else "") + f"{stamp} {text}\n"


def _run(machine: Machine, asked: dict[str, int], mib: int) -> Steps:
    seconds, threads = asked["-s"], asked["-m"] or machine.profile.cpus

    def say_at(at_s: float, text: str) -> Out:
        return Out(_log(machine, at_s, text).encode())

    yield say_at(0, f"Log: Commandline - stressapptest -s {seconds} -M {mib} -W")
    yield say_at(0, "Stats: SAT revision 1.0.9_autoconf, 64 bit binary")
    yield say_at(0, f"Log: buildd @ lab on {machine.profile.kernel_release}, 64 bit processor")
    yield say_at(0, f"Log: {machine.profile.cpus} nodes, {machine.profile.cpus} cpus.")
    yield say_at(0, f"Stats: Starting SAT, {mib}M, {seconds} seconds")
    left = seconds
    while left > _REPORT_EVERY_S:
        yield Wait(_REPORT_EVERY_S)
        left -= _REPORT_EVERY_S
        yield say_at(seconds - left, f"Log: Seconds remaining: {left}")
    yield Wait(left)
    miscompares = machine.memory.miscompares
    for index in range(min(miscompares, 20)):
        yield Out(_miscompare(machine, index, seconds).encode())
    yield from _stats(machine, seconds, threads, mib, miscompares)
    return 1 if miscompares else 0


def _miscompare(machine: Machine, index: int, seconds: int) -> str:
    address = 0x7F18D0000000 | number(machine.serial, "miscompare", index) & 0xFFFFFF8
    cpu = number(machine.serial, "cpu", index) % machine.profile.cpus
    at = seconds * (index + 1) / (machine.memory.miscompares + 1)
    return _log(machine, at, f"Report Error: miscompare : DIMM {machine.memory.dimm} : 1 : {at:.0f}s") + _log(
        machine,
        at,
        f"Hardware Error: miscompare on CPU {cpu}(0x{1 << cpu % 64:X}) at 0x{address:x}({machine.memory.dimm}:"
        f"DIMM {machine.memory.dimm}): read:0xaaaaaaaaaaaaaaa8, reread:0xaaaaaaaaaaaaaaaa "
        "expected:0xaaaaaaaaaaaaaaaa. 'walkingOnes'",
    )


def _stats(machine: Machine, seconds: int, threads: int, mib: int, miscompares: int) -> Steps:
    copied = round(_COPY_MB_A_CPU_S * threads * seconds, 2)
    rate = copied / (seconds + 0.02)
    lines = [
        f"Stats: Found {miscompares} hardware incidents",
        (
            f"Stats: Completed: {copied:.2f}M in {seconds + 0.02:.2f}s {rate:.2f}MB/s, "
            f"with {miscompares} hardware incidents, {miscompares} errors"
        ),
        f"Stats: Memory Copy: {copied:.2f}M at {copied / max(seconds, 1):.2f}MB/s",
        "Stats: File Copy: 0.00M at 0.00MB/s",
        "Stats: Net Copy: 0.00M at 0.00MB/s",
        "Stats: Data Check: 0.00M at 0.00MB/s",
        "Stats: Invert Data: 0.00M at 0.00MB/s",
        "Stats: Disk: 0.00M at 0.00MB/s",
    ]
    yield Out("".join(_log(machine, seconds, line) for line in lines).encode())
    verdict = (
        "Status: FAIL - test discovered HW problems"
        if miscompares
        else "Status: PASS - please verify no corrected errors"
    )
    yield Out(_log(machine, seconds, verdict, blank=True).encode())
    return 0

"""stress-ng: CPU and memory stressors that verify what they compute. Everything goes to standard error, as there."""

from collections.abc import Iterator
from dataclasses import dataclass

from gatehouse.lab.machine.identity import between
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Err, Steps, Wait, say
from gatehouse.lab.tools.timeout import seconds_of

_VERSION = "stress-ng, version 0.17.06 (gcc 13.2.0, x86_64 Linux 5.15.0-122-generic)\n"
_BOGO_OPS_A_CPU_S = 812.0
_PID = 71_204
_FAILED_EXIT = 2  # EXIT_NOT_SUCCESS of stress-ng
_FLAGS = {"--verify", "--metrics", "--metrics-brief", "--no-rand-seed", "--tz", "-v", "--verbose", "--oomable"}
_VALUED = {"--cpu-method", "--vm-bytes", "--cpu-load", "--seed", "--taskset", "--vm-method"}


@dataclass(slots=True)
class _Asked:
    cpu: int = -1
    vm: int = 0
    seconds: float = 86_400.0
    verify: bool = False
    metrics: bool = False
    wrong: str = ""


def _asked(args: list[str]) -> _Asked:
    asked = _Asked()
    while args:
        flag, equals, value = args.pop(0).partition("=")
        needs_value = flag in ("--cpu", "-c", "--vm", "-m", "--timeout", "-t") or flag in _VALUED
        if needs_value and not equals:
            value = args.pop(0) if args else ""
        if flag in ("--cpu", "-c", "--vm", "-m") and value.isdecimal() and len(value) < 6:
            if flag in ("--cpu", "-c"):
                asked.cpu = int(value)
            else:
                asked.vm = int(value)
        elif flag in ("--timeout", "-t") and seconds_of(value) is not None:
            asked.seconds = seconds_of(value) or 0.0
        elif flag in _FLAGS:
            asked.verify |= flag == "--verify"
            asked.metrics |= flag.startswith("--metrics")
        elif flag not in _VALUED:
            asked.wrong = flag
    return asked


def _span(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes:.0f} min{'s' if minutes != 1 else ''}"] if minutes else []
    if rest or not parts:
        parts.append(f"{rest:.2f} sec{'s' if rest != 1 else ''}" if rest % 1 else f"{rest:.0f} secs")
    return ", ".join(parts)


@tool("stress-ng")
def stress_ng(call: Call) -> Steps:
    """``--cpu N --verify --metrics-brief --timeout Ns`` and the like; 0 stressors means one a CPU."""
    if call.args in (("--version",), ("-V",)):
        return say(_VERSION)
    asked = _asked(list(call.args))
    if asked.wrong:
        return say(
            stderr=f"stress-ng: unrecognized option '{asked.wrong}'\nTry 'stress-ng --help' for more information.\n",
            exit_code=1,
        )
    if asked.cpu < 0 and not asked.vm:
        return say(stderr="stress-ng: error: [71204] No stress workers specified\n", exit_code=1)
    return _run(call, asked)


def _line(word: str, text: str) -> Err:
    return Err(f"stress-ng: {word:<6} [{_PID}] {text}\n".encode())


def _run(call: Call, asked: _Asked) -> Steps:
    logical = call.machine.profile.cpus
    count = asked.cpu or logical
    yield _line("info:", f"setting to a {_span(asked.seconds)} run per stressor")
    yield _line("info:", f"dispatching hogs: {count} cpu")
    bad = sorted(call.machine.cpu.miscomputing) if asked.verify else []
    bad = [cpu for cpu in bad if cpu < count]
    yield Wait(asked.seconds)
    yield from (_line("fail:", f"cpu: method 'matrixprod' failed verification on CPU {cpu}") for cpu in bad)
    if bad:
        yield _line(
            "error:", f"cpu: [{_PID + 1}] terminated with an error, exit status={_FAILED_EXIT} (stressor failed)"
        )
    if asked.metrics:
        yield from _metrics(call, asked, count)
    yield from _summary(asked, count, len(bad))
    return _FAILED_EXIT if bad else 0


def _metrics(call: Call, asked: _Asked, count: int) -> Iterator[Err]:
    real = asked.seconds + 0.01
    rate = _BOGO_OPS_A_CPU_S * between(0.985, 1.01, call.machine.serial, "bogo", call.machine.sample)
    slow = len(call.machine.cpu.throttled) / count if count else 0.0
    ops = round(rate * count * real * (1 - 0.45 * min(slow, 1.0)))
    user = real * count * 0.994
    yield _line("metrc:", "stressor       bogo ops real time  usr time  sys time   bogo ops/s     bogo ops/s")
    yield _line("metrc:", "                          (secs)    (secs)    (secs)   (real time) (usr+sys time)")
    yield _line(
        "metrc:",
        f"cpu           {ops:10d} {real:9.2f} {user:9.2f} {real * 0.02:9.2f} {ops / real:12.2f} "
        f"{ops / (user + real * 0.02):14.2f}",
    )


def _summary(asked: _Asked, count: int, failed: int) -> Iterator[Err]:
    yield _line("info:", "skipped: 0")
    yield _line("info:", f"passed: {count - failed}: cpu ({count - failed})")
    yield _line("info:", f"failed: {failed}: cpu ({failed})" if failed else "failed: 0")
    yield _line("info:", "metrics untrustworthy: 0")
    if failed:
        yield _line("info:", f"unsuccessful run completed in {_span(asked.seconds)}")
    else:
        yield _line("info:", f"successful run completed in {_span(asked.seconds)}")

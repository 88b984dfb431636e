"""``timeout``: runs another command for a while at most."""

import re
import time

from gatehouse.lab.tools.registry import installed, tool
from gatehouse.lab.tools.spec import Call, Steps, Wait, say

TIMED_OUT = 124
_DURATION = re.compile(r"^(\d{1,9}(?:\.\d{1,6})?)([smhd]?)$")
_FACTOR = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def seconds_of(text: str) -> float | None:
    """``60``, ``1.5s``, ``2m`` in seconds; None when it is no duration."""
    match = _DURATION.match(text)
    return float(match[1]) * _FACTOR[match[2]] if match else None


@tool("timeout")
def timeout(call: Call) -> Steps:
    """``timeout [-k D] [-s SIG] [--foreground] DURATION COMMAND …``: 124 when the duration ended it."""
    args = list(call.args)
    while args and args[0].startswith("-"):
        flag = args.pop(0)
        if flag in ("-k", "-s", "--kill-after", "--signal") and args:
            args.pop(0)
    limit = seconds_of(args[0]) if args else None
    if limit is None or len(args) < 2:
        return say(stderr=f"timeout: invalid time interval '{args[0] if args else ''}'\n", exit_code=125)
    if not installed(call.machine, args[1]):
        return say(stderr=f"timeout: failed to run command '{args[1]}': No such file or directory\n", exit_code=127)
    return limited(call.start(args[1:], call.root), limit)


def limited(steps: Steps, limit_s: float) -> Steps:
    """Pass steps on until ``limit_s`` of simulated or real seconds are over.

    Real seconds count for what takes real time, the tool's own for what the lab shortens.
    """
    spent, began = 0.0, time.monotonic()
    try:
        while True:
            step = next(steps)
            if isinstance(step, Wait):
                left = limit_s - spent - (time.monotonic() - began)
                if step.seconds >= left:
                    steps.close()
                    yield Wait(max(left, 0.0), step.real)
                    return TIMED_OUT
                spent += 0.0 if step.real else step.seconds
            yield step
            if time.monotonic() - began > limit_s:
                steps.close()
                return TIMED_OUT
    except StopIteration as end:
        return int(end.value or 0)

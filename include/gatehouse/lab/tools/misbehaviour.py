"""Tools that do not do what they should."""

from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.overrides import ToolOverride
from gatehouse.lab.tools.spec import Call, Out, Steps, Tool, Wait, say

FLOOD_BYTES = 100 * 10**6
_CHUNK_BYTES = 64 * 1024
_A_YEAR_S = 365 * 86_400.0


def instead(override: ToolOverride, call: Call, tool: Tool) -> Steps:
    """What the tool does under that override."""
    if override.how == "hang":
        return _hang()
    if override.how == "flood":
        return _flood(call)
    if override.how == "garbage":
        return _garbage(call)
    if override.how == "fixed":
        return say(override.stdout, override.stderr, override.exit_code)
    return _slow(override, call, tool)


def _hang() -> Steps:
    """As a process in uninterruptible sleep: it prints nothing and never ends by itself."""
    yield Wait(_A_YEAR_S, real=True)
    return 0


def _flood(call: Call) -> Steps:
    """100 MB of one line, made chunk by chunk: nothing holds more than a chunk."""
    line = f"{call.name}: unexpected event, retrying\n".encode()
    chunk = line * (_CHUNK_BYTES // len(line))
    for _ in range(FLOOD_BYTES // len(chunk) + 1):
        yield Out(chunk)
    return 0


def _garbage(call: Call) -> Steps:
    """Bytes that are no text: the same for a host and tool."""
    noise = b"".join(number(call.machine.serial, call.name, i).to_bytes(8, "big") for i in range(64))
    yield Out(noise + b"\x1b[2J\x00<script>alert(1)</script>{{7*7}}'; DROP TABLE results;--\xff\xfe\n")
    return 0


def _slow(override: ToolOverride, call: Call, tool: Tool) -> Steps:
    yield Wait(override.delay_s, real=True)
    return (yield from tool(call))

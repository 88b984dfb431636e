"""``sh -c LINE`` and its kin: a line inside a line."""

from gatehouse.lab.shell.line import run_line
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say


@tool("sh", "bash", "dash")
def sh(call: Call) -> Steps:
    """Only with ``-c`` (or ``-lc``): a shell of its own is not simulated."""
    if len(call.args) >= 2 and call.args[0] in ("-c", "-lc", "-ec"):
        return run_line(call.machine, call.user, call.args[1], call.root)
    return say(stderr="lab: not simulated: a shell without -c\n", exit_code=2)

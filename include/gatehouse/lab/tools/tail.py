"""tail: the last lines of a known file."""

from gatehouse.lab.tools import files
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Steps, say


@tool("tail")
def tail(call: Call) -> Steps:
    """``-n COUNT FILE``."""
    args = call.args
    if len(args) != 3 or args[0] != "-n" or not args[1].isdecimal():
        return say(stderr="tail: only -n COUNT FILE is simulated\n", exit_code=1)
    text = files.read(call.machine, args[2])
    if text is None:
        return say(stderr=f"tail: cannot open '{args[2]}' for reading: No such file or directory\n", exit_code=1)
    if args[2] in files.ROOT_ONLY and not call.root:
        return say(stderr=f"tail: cannot open '{args[2]}' for reading: Permission denied\n", exit_code=1)
    return say("".join(text.splitlines(keepends=True)[-int(args[1][:6]) :]))

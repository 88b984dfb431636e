"""What a session asks for: a framed script, one command line, or a shell, which gets a banner."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncssh

from gatehouse.lab.host import LabHost
from gatehouse.lab.server.job_desk import ROOT, JobDesk, JobEnd, unable
from gatehouse.lab.server.output import Output
from gatehouse.lab.shell.line import run_line
from gatehouse.lab.tools.registry import all_tools, installed, start
from gatehouse.lab.tools.timeout import limited
from gatehouse.transport import framing

_SHELLS = {"/bin/sh -s", "exec /bin/sh -s", "sh -s", "exec sh -s", "/bin/sh", "sh", "bash -s", "/bin/bash -s"}
_LONGEST_SCRIPT_B = 4 * 2**20
_SCRIPT_END = b"} 2>&2"
_ENDED_BY_TERM = 143


async def serve(process: asyncssh.SSHServerProcess[bytes], host: LabHost, user: str, output: Output) -> int:
    """Do what the session asks for; its exit code."""
    command = process.command
    if command is None:
        await output.write(_banner(host).encode())
        return 0
    if command.strip() not in _SHELLS:
        return await output.carry_out(run_line(host.look(), user, command, user == ROOT))
    text, script = await _read_script(process)
    if script is None:
        return await _plain_lines(text, host, user, output)
    return await _alive(process, _framed(script, host, user, output))


def _banner(host: LabHost) -> str:
    machine = host.look()
    names = ", ".join(sorted(name for name in all_tools() if installed(machine, name)))
    return (
        f"{host.name}: a simulated {host.planned.profile.title} of the Gatehouse lab.\n"
        "Give a command, there is no shell.\n"
        f"It answers to: {names}\n"
    ).replace("\n", "\r\n")


async def _read_script(process: asyncssh.SSHServerProcess[bytes]) -> tuple[str, framing.Script | None]:
    """Standard input until a framed script is whole, or until its end."""
    read = b""
    while len(read) < _LONGEST_SCRIPT_B:
        piece = await process.stdin.read(65_536)
        if not piece:
            break
        read += piece
        if read.rstrip().endswith(_SCRIPT_END):
            text = read.decode("utf-8", "replace")
            script = framing.parse_script(text)
            if script is not None:
                return text, script
    return read.decode("utf-8", "replace"), None


async def _plain_lines(text: str, host: LabHost, user: str, output: Output) -> int:
    """A script without frames: line after line, as far as each is simulated."""
    code = 0
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            code = await output.carry_out(run_line(host.look(), user, line, user == ROOT))
    return code


async def _alive(process: asyncssh.SSHServerProcess[bytes], work: Coroutine[Any, Any, int]) -> int:
    """Run a script while its standard input stays open: its end means that nobody waits for the answer."""
    running = asyncio.ensure_future(work)
    lifeline = asyncio.ensure_future(_end_of_input(process))
    try:
        await asyncio.wait({running, lifeline}, return_when=asyncio.FIRST_COMPLETED)
        return int(running.result()) if running.done() else _ENDED_BY_TERM
    finally:
        for task in (running, lifeline):
            task.cancel()
        await asyncio.gather(running, lifeline, return_exceptions=True)


async def _end_of_input(process: asyncssh.SSHServerProcess[bytes]) -> None:
    while await process.stdin.read(65_536):
        pass


async def _framed(script: framing.Script, host: LabHost, user: str, output: Output) -> int:
    machine = host.look()
    await output.both(framing.head_marker(script.nonce, machine.boot_id, int(machine.now_s), machine.uptime_s))
    desk = JobDesk(host, user, output, new_boot=script.boot_id not in ("", machine.boot_id))
    for line in script.lines:
        began_s = host.uptime_s() + output.simulated_s
        await output.both(framing.begin_marker(script.nonce, line.index))
        if line.job or line.verb != "run":
            end = await desk.serve(line)
        else:
            code = desk.in_the_way() or await _one(line, host, user, output)
            end = JobEnd(code, began_s, host.uptime_s() + output.simulated_s)
        await output.both(framing.end_marker(script.nonce, line.index, end.code, end.from_s, end.to_s, end.more))
    await output.both(framing.finish_marker(script.nonce))
    return 0


async def _one(line: framing.ScriptLine, host: LabHost, user: str, output: Output) -> int | str:
    """One command of a script: its exit code, or the word that stands for one."""
    machine = host.look()
    if word := unable(machine, line, user):
        return word
    steps = start(machine, user, line.argv, line.root or user == ROOT)
    return await output.carry_out(limited(steps, line.limit_s))

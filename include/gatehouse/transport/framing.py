"""The framed script: every command of a plan in one shell script, and its output cut apart again.

The script runs as ``/bin/sh -s`` and arrives on standard input, so no quoting rule of the user's login shell can
hurt it, and standard input stays open as a lifeline: when the connection goes, the host sees end of file and ends
the process group of whatever is running. Each command runs under its own limit (coreutils ``timeout``, which makes
a process group and ends all of it), with stdin closed, ``LC_ALL=C`` and no terminal. Under sudo the limit
runs as root too: a user could not end what a root command started.

Before and after each command a marker line goes to stdout and to stderr, so that both streams come apart by
command, and what was printed before a hang or a cut is kept. The nonce makes a marker unguessable for the output.
"""

import re
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from gatehouse.model.commands import Command
from gatehouse.model.errors import UsageError

SHELL = "exec /bin/sh -s"
MISSING = "missing"  # instead of an exit code: the tool is not on PATH
NO_ROOT = "no-root"  # instead of an exit code: root is needed, and there is no sudo

_HEAD = r"""{
# gatehouse-frame 1 @NONCE@
exec 3<&0 </dev/null
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/rocm/bin:/usr/local/cuda/bin"
LC_ALL=C LANGUAGE= LANG=C
export PATH LC_ALL LANGUAGE LANG
gh_n=@NONCE@ gh_child= gh_boot= gh_t=
gh_up() { read -r gh_t gh_x </proc/uptime || gh_t=0; }
gh_stop() {
  trap '' TERM HUP
  if [ -n "$gh_child" ]; then kill -TERM "$gh_child"; sleep 3; kill -KILL "$gh_child"; fi
  exit 143
}
gh_mark() { printf '\n@@%s %s@@\n' "$gh_n" "$1"; printf '\n@@%s %s@@\n' "$gh_n" "$1" >&2; }
gh_run() {
  gh_i=$1 gh_s=$2 gh_r=$3; shift 3
  gh_up; gh_from=$gh_t
  gh_mark "B $gh_i"
  if ! command -v "$1" >/dev/null 2>&1; then gh_c=missing
  elif [ "$gh_r" = 1 ] && [ "$gh_uid" != 0 ] && ! command -v sudo >/dev/null 2>&1; then gh_c=no-root
  else
    if [ -n "$gh_timeout" ]; then set -- timeout -k 2 "$gh_s" "$@"; fi
    if [ "$gh_r" = 1 ] && [ "$gh_uid" != 0 ]; then set -- sudo -n -- "$@"; fi
    "$@" </dev/null 3<&- &
    gh_child=$!; wait "$gh_child"; gh_c=$?; gh_child=
  fi
  gh_up
  gh_mark "E $gh_i $gh_c $gh_from $gh_t"
}
gh_uid=$(id -u)
gh_timeout=$(command -v timeout)
trap gh_stop TERM HUP
( read -r gh_x <&3; kill -TERM $$ ) >/dev/null 2>&1 &
gh_watch=$!
read -r gh_boot </proc/sys/kernel/random/boot_id
gh_up
gh_mark "H ${gh_boot:-unknown} $(date +%s) $gh_t"
# commands
"""
_TAIL = """# end
kill "$gh_watch"
gh_mark F
exit 0
} 2>&2
"""
_RUN = re.compile(r"^gh_run (\d+) ([0-9.]+) ([01]) (.+)$")
_NONCE = re.compile(r"^# gatehouse-frame 1 ([0-9a-f]{32})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One command of a script: its place in the plan, its limit in seconds, whether it asks for root, its argv."""

    index: int
    limit_s: float
    root: bool
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A framed script, taken apart again."""

    nonce: str
    lines: tuple[ScriptLine, ...]


def new_nonce() -> str:
    """A nonce of 128 bits; one a process is enough."""
    return secrets.token_hex(16)


def build_script(nonce: str, commands: Sequence[tuple[int, Command]]) -> str:
    """The script that runs ``commands`` (each with its index in the plan) one after another.

    Raises:
        UsageError: an argument holds a line break or a NUL, which no command of ours needs.
    """
    for _, command in commands:
        if any(character in argument for argument in command.argv for character in "\n\r\0"):
            raise UsageError(f"{command.key}: an argument holds a line break or a NUL")
    lines = [
        f"gh_run {index} {command.limit_s:g} {int(command.root)} {shlex.join(command.argv)}\n"
        for index, command in commands
    ]
    return _HEAD.replace("@NONCE@", nonce) + "".join(lines) + _TAIL


def under_sudo(command: Command) -> tuple[str, ...]:
    """What sudo is asked to run for a command that needs root: the command under its limit, as the script has it."""
    return ("timeout", "-k", "2", f"{command.limit_s:g}", *command.argv)


def parse_script(text: str) -> Script | None:
    """Take a framed script apart; None when it is not one, or not whole yet.

    The lab's hosts have no shell: they read the same script that a real host's shell runs.
    """
    nonce = _NONCE.search(text)
    if nonce is None or not text.rstrip().endswith("} 2>&2"):
        return None
    body = text.split("\n# commands\n", 1)[-1].split("\n# end\n", 1)[0]
    lines = [match for line in body.replace("\\\n", "").split("\n") if (match := _RUN.match(line))]
    return Script(
        nonce.group(1),
        tuple(ScriptLine(int(m[1]), float(m[2]), m[3] == "1", tuple(shlex.split(m[4]))) for m in lines),
    )


def marker(nonce: str, body: str) -> bytes:
    """A marker line as it stands in both streams."""
    return f"\n@@{nonce} {body}@@\n".encode()


def head_marker(nonce: str, boot_id: str, epoch_s: int, uptime_s: float) -> bytes:
    """The first marker: which boot this is, the host's clock (seconds since 1970) and its uptime."""
    return marker(nonce, f"H {boot_id} {epoch_s} {uptime_s:.2f}")


def begin_marker(nonce: str, index: int) -> bytes:
    """Stands before a command's output."""
    return marker(nonce, f"B {index}")


def end_marker(nonce: str, index: int, code: int | str, from_uptime_s: float, to_uptime_s: float) -> bytes:
    """Stands after a command's output: exit code (or ``missing``, ``no-root``) and the uptimes it ran between."""
    return marker(nonce, f"E {index} {code} {from_uptime_s:.2f} {to_uptime_s:.2f}")


def finish_marker(nonce: str) -> bytes:
    """The last marker: the script came to its end."""
    return marker(nonce, "F")

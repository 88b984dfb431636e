"""The framed script: every command of a plan in one shell script, and its output cut apart again.

The script runs as ``/bin/sh -s`` and arrives on standard input, so no quoting rule of the user's login shell can
hurt it, and standard input stays open as a lifeline: when the connection goes, the host sees end of file and ends
the process group of whatever is running. Each command runs under its own limit (coreutils ``timeout``, which makes
a process group and ends all of it), with stdin closed, ``LC_ALL=C`` and no terminal. Under sudo the limit
runs as root too: a user could not end what a root command started.

Before and after each command a marker line goes to stdout and to stderr, so that both streams come apart by
command, and what was printed before a hang or a cut is kept. The nonce makes a marker unguessable for the output. A
command's end and the next one's beginning go out as one write: a packet less to read for each of them.
"""

import re
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from gatehouse.model.commands import Command, JobVerb
from gatehouse.model.errors import UsageError
from gatehouse.transport import job_script

SHELL = "exec /bin/sh -s"
MISSING = "missing"  # instead of an exit code: the tool is not on PATH
NO_ROOT = "no-root"  # instead of an exit code: root is needed, and there is no sudo
WAITS = "waits"  # instead of an exit code: a job before it still runs
NEW_BOOT = "new-boot"  # instead of an exit code: this is not the boot that the visits before saw
STUCK = "stuck"  # instead of an exit code: a job before it runs on beyond its limit
HALTED = "halted"  # instead of an exit code: somebody stopped a job before it

_HEAD = r"""{
# gatehouse-frame 1 @NONCE@
exec 3<&0 </dev/null
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/rocm/bin:/usr/local/cuda/bin"
LC_ALL=C LANGUAGE= LANG=C
export PATH LC_ALL LANGUAGE LANG
gh_n=@NONCE@ gh_child= gh_boot= gh_t= gh_wait= gh_no= gh_over=
gh_up() { read -r gh_t gh_x </proc/uptime || gh_t=0; }
gh_stop() {
  trap '' TERM HUP
  if [ -n "$gh_child" ]; then kill -TERM "$gh_child"; sleep 3; kill -KILL "$gh_child"; fi
  exit 143
}
gh_mark() {
  printf '%s\n@@%s %s@@\n' "$gh_over" "$gh_n" "$1"; printf '%s\n@@%s %s@@\n' "$gh_over" "$gh_n" "$1" >&2; gh_over=
}
gh_end_mark() { gh_over="
@@$gh_n $1@@
"; }
gh_same() { [ "${gh_boot:-unknown}" = "$1" ] || gh_no=new-boot; }
gh_able() {
  if ! command -v "$1" >/dev/null 2>&1; then gh_c=missing; return 1; fi
  if [ "$gh_r" = 1 ] && [ "$gh_uid" != 0 ] && ! command -v sudo >/dev/null 2>&1; then gh_c=no-root; return 1; fi
}
gh_run() {
  gh_i=$1 gh_s=$2 gh_r=$3; shift 3
  gh_up; gh_from=$gh_t
  gh_mark "B $gh_i"
  if [ -n "$gh_wait" ]; then gh_c=waits
  elif [ -n "$gh_no" ]; then gh_c=$gh_no
  elif gh_able "$1"; then
    if [ -n "$gh_timeout" ]; then set -- timeout -k 2 "$gh_s" "$@"; fi
    if [ "$gh_r" = 1 ] && [ "$gh_uid" != 0 ]; then set -- sudo -n -- "$@"; fi
    "$@" </dev/null 3<&- &
    gh_child=$!; wait "$gh_child"; gh_c=$?; gh_child=
  fi
  gh_up
  gh_end_mark "E $gh_i $gh_c $gh_from $gh_t"
}
gh_uid=$(id -u)
gh_timeout=$(command -v timeout)
trap gh_stop TERM HUP
( read -r gh_x <&3; kill -TERM $$ ) >/dev/null 2>&1 &
gh_watch=$!
read -r gh_boot </proc/sys/kernel/random/boot_id
gh_up
gh_mark "H ${gh_boot:-unknown} $(date +%s) $gh_t"
"""
_COMMANDS = "# commands\n"
_TAIL = """# end
kill "$gh_watch"
gh_mark F
exit 0
} 2>&2
"""
_LINE = re.compile(
    r"^(?:gh_run (?P<run>\d+) (?P<limit>[0-9.]+) (?P<root>[01]) (?P<argv>.+)"
    rf"|gh_job (?P<job>\d+) (?P<job_limit>[0-9.]+) (?P<job_root>[01]) (?P<name>{job_script.NAME}) (?P<max>\d+) "
    r"(?P<job_argv>.+)"
    rf"|gh_(?P<verb>ack|end|list) (?P<other>\d+)(?: (?P<about>{job_script.NAME}))?)$"
)
_SAME = re.compile(r"^gh_same (\S+)$", re.MULTILINE)
_VERBS: dict[str, JobVerb] = {"ack": "acknowledge", "end": "stop", "list": "list"}
_NONCE = re.compile(r"^# gatehouse-frame 1 ([0-9a-f]{32})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One command of a script: its place in the plan, its limit in seconds, whether it asks for root, its argv.

    ``job``, ``verb`` and ``max_bytes`` are as in :class:`Command`.
    """

    index: int
    limit_s: float = 0.0
    root: bool = False
    argv: tuple[str, ...] = ()
    job: str = ""
    verb: JobVerb = "run"
    max_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """A framed script, taken apart again. ``boot_id`` is the boot that it wants to be run in, where it says so."""

    nonce: str
    lines: tuple[ScriptLine, ...]
    boot_id: str = ""


def new_nonce() -> str:
    """A nonce of 128 bits; one a process is enough."""
    return secrets.token_hex(16)


def build_script(nonce: str, commands: Sequence[tuple[int, Command]], boot_id: str = "") -> str:
    """The script that runs ``commands`` (each with its index in the plan) one after another.

    In another boot than ``boot_id`` it starts nothing, and only looks at jobs that there are.

    Raises:
        UsageError: an argument holds a line break or a NUL, which no command of ours needs; or a job's name does.
    """
    for _, command in commands:
        if any(character in argument for argument in command.argv for character in "\n\r\0"):
            raise UsageError(f"{command.key}: an argument holds a line break or a NUL")
    lines = [_line(index, command) for index, command in commands]
    jobs = job_script.FUNCTIONS if any(_is_job(command) for _, command in commands) else ""
    same = f"gh_same {shlex.quote(boot_id)}\n" if boot_id else ""
    return _HEAD.replace("@NONCE@", nonce) + jobs + _COMMANDS + same + "".join(lines) + _TAIL


def _is_job(command: Command) -> bool:
    return bool(command.job) or command.job_verb != "run"


def _line(index: int, command: Command) -> str:
    words = shlex.join(command.argv)
    if _is_job(command):
        return job_script.job_line(index, command, words)
    return f"gh_run {index} {command.limit_s:g} {int(command.root)} {words}\n"


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
    lines = [match for line in body.replace("\\\n", "").split("\n") if (match := _LINE.match(line))]
    same = _SAME.search(body)
    return Script(nonce.group(1), tuple(_parsed(match) for match in lines), same[1] if same else "")


def _parsed(m: re.Match[str]) -> ScriptLine:
    if m["run"]:
        return ScriptLine(int(m["run"]), float(m["limit"]), m["root"] == "1", tuple(shlex.split(m["argv"])))
    if m["job"]:
        argv = tuple(shlex.split(m["job_argv"]))
        return ScriptLine(
            int(m["job"]), float(m["job_limit"]), m["job_root"] == "1", argv, m["name"], max_bytes=int(m["max"])
        )
    return ScriptLine(int(m["other"]), job=m["about"] or "", verb=_VERBS[m["verb"]])


def marker(nonce: str, body: str) -> bytes:
    """A marker line as it stands in both streams."""
    return f"\n@@{nonce} {body}@@\n".encode()


def head_marker(nonce: str, boot_id: str, epoch_s: int, uptime_s: float) -> bytes:
    """The first marker: which boot this is, the host's clock (seconds since 1970) and its uptime."""
    return marker(nonce, f"H {boot_id} {epoch_s} {uptime_s:.2f}")


def begin_marker(nonce: str, index: int) -> bytes:
    """Stands before a command's output."""
    return marker(nonce, f"B {index}")


def end_marker(
    nonce: str, index: int, code: int | str, from_uptime_s: float, to_uptime_s: float, more: int | str = ""
) -> bytes:
    """Stands after a command's output: exit code, or a word that stands for one, and the uptimes it ran between.

    ``more`` of a job is how many seconds ago it began by the host's clock, or what is in its way.
    """
    return marker(nonce, f"E {index} {code} {from_uptime_s:.2f} {to_uptime_s:.2f} {more}".rstrip())


def finish_marker(nonce: str) -> bytes:
    """The last marker: the script came to its end."""
    return marker(nonce, "F")

"""dmesg and journalctl: one log, in the forms that people ask for."""

from collections.abc import Callable, Sequence

from gatehouse.lab.machine.kernel import KernelLine
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.tools.clock import moment
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, say

_LINES_A_CHUNK = 500
_LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
Form = Callable[[KernelLine], str]


def _iso(line: KernelLine) -> str:
    at = moment(line.at_s)
    return f"{at:%Y-%m-%dT%H:%M:%S},{at.microsecond:06d}+00:00 {line.text}\n"


def _printed(lines: Sequence[KernelLine], form: Form) -> Steps:
    for first in range(0, len(lines), _LINES_A_CHUNK):
        yield Out("".join(form(line) for line in lines[first : first + _LINES_A_CHUNK]).encode())
    return 0


def _dmesg_form(args: list[str], booted_s: float) -> Form | str:
    """The form the arguments ask for, or the word that is not known."""
    stamp: Form = lambda line: f"[{line.at_s - booted_s:12.6f}] {line.text}\n"  # noqa: E731 -- one of three forms
    decode = False
    while args:
        word = args.pop(0)
        flag, equals, value = word.partition("=")
        if flag == "--time-format":
            form = value if equals else (args.pop(0) if args else "")
            if form == "iso":
                stamp = _iso
            elif form in ("ctime", "reltime"):
                stamp = lambda line: f"[{moment(line.at_s):%a %b %d %H:%M:%S %Y}] {line.text}\n"  # noqa: E731
            else:
                return word
        elif word in ("-T", "--ctime"):
            stamp = lambda line: f"[{moment(line.at_s):%a %b %d %H:%M:%S %Y}] {line.text}\n"  # noqa: E731
        elif word in ("-x", "--decode"):
            decode = True
        elif word not in ("-k", "--kernel", "--nopager", "-P", "--color=never"):
            return word
    plain = stamp
    return (lambda line: f"kern  :{_LEVELS[line.level]:<6}: {plain(line)}") if decode else plain


@tool("dmesg")
def dmesg(call: Call) -> Steps:
    """Since boot; needs root, as ``kernel.dmesg_restrict`` is set on such machines."""
    form = _dmesg_form(list(call.args), call.machine.boot.at_s)
    if isinstance(form, str):
        return say(
            stderr=f"dmesg: unrecognized option '{form}'\nTry 'dmesg --help' for more information.\n", exit_code=1
        )
    if not call.root:
        return say(stderr="dmesg: read kernel buffer failed: Operation not permitted\n", exit_code=1)
    return _printed(call.machine.kernel.lines(call.machine.now_s), form)


_JOURNAL_FLAGS = {"-k", "--dmesg", "--no-pager", "-q", "--quiet", "--utc", "-b", "--boot", "-b0", "--boot=0", "0"}


@tool("journalctl")
def journalctl(call: Call) -> Steps:
    """The kernel's lines of this boot; other units are empty here."""
    output, wrong = _journal_output(list(call.args))
    if wrong:
        return say(stderr=f"journalctl: unrecognized option '{wrong}'\n", exit_code=1)
    form = _journal_form(call.machine, output)
    if form is None:
        return say(stderr=f"Unknown output format '{output}'.\n", exit_code=1)
    if not call.root:
        return say(
            "-- No entries --\n", "Hint: You are currently not seeing messages from other users and the system.\n"
        )
    if not {"-k", "--dmesg"} & set(call.args):
        return say("-- No entries --\n")
    return _printed(call.machine.kernel.lines(call.machine.now_s), form)


def _journal_output(args: list[str]) -> tuple[str, str]:
    output = "short"
    while args:
        word = args.pop(0)
        flag, equals, value = word.partition("=")
        if flag in ("-o", "--output"):
            output = value if equals else (args.pop(0) if args else "")
        elif word not in _JOURNAL_FLAGS:
            return output, word
    return output, ""


def _journal_form(machine: Machine, output: str) -> Form | None:
    forms: dict[str, Form] = {
        "short": lambda line: f"{moment(line.at_s):%b %d %H:%M:%S} {machine.name} kernel: {line.text}\n",
        "short-iso": lambda line: f"{moment(line.at_s):%Y-%m-%dT%H:%M:%S+0000} {machine.name} kernel: {line.text}\n",
        "short-iso-precise": lambda line: (
            f"{moment(line.at_s):%Y-%m-%dT%H:%M:%S.%f+0000} {machine.name} kernel: {line.text}\n"
        ),
        "cat": lambda line: f"{line.text}\n",
    }
    return forms.get(output)

"""Run a command line on a model: sequences, pipes into filters, redirections to nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.shell.filters import Filter, filter_of
from gatehouse.lab.shell.words import NotSimulatedError, Word, words_of
from gatehouse.lab.tools import files
from gatehouse.lab.tools.registry import start
from gatehouse.lab.tools.spec import Err, Out, Steps, say

NOT_SIMULATED = 2
_JOINTS = {";", "&&", "||"}
_QUIET_OUT = {">/dev/null", "1>/dev/null"}
_NO_EFFECT = {"cd", "export", "set", "umask", "ulimit"}


@dataclass(frozen=True, slots=True)
class _Piped:
    """Commands joined by pipes, and the joint that stands before them."""

    joint: str
    commands: list[list[Word]]


def run_line(machine: Machine, user: str, line: str, root: bool) -> Steps:
    """Everything the line does; its exit code is the last command's."""
    try:
        pipelines = _pipelines(words_of(line))
        filters = [
            [filter_of([word.text for word in command if not word.operator]) for command in one.commands[1:]]
            for one in pipelines
        ]
    except NotSimulatedError as error:
        return (yield from say(stderr=f"lab: not simulated: {error}\n", exit_code=NOT_SIMULATED))
    code = 0
    for one, behind in zip(pipelines, filters, strict=True):
        if (one.joint == "&&" and code != 0) or (one.joint == "||" and code == 0):
            continue
        steps = _redirected(_first(machine, user, one.commands[0], root), one.commands[0])
        for following in behind:
            steps = _filtered(steps, following)
        code = yield from steps
    return code


def _pipelines(words: list[Word]) -> list[_Piped]:
    found = [_Piped(";", [[]])]
    for word in words:
        if word.operator and word.text in _JOINTS:
            found.append(_Piped(word.text, [[]]))
        elif word.operator and word.text == "|":
            found[-1].commands.append([])
        else:
            found[-1].commands[-1].append(word)
    *before, last = found
    if not any(last.commands) and last.joint == ";":  # a semicolon may stand at the end
        found = before
    if any(not command for one in found for command in one.commands):
        raise NotSimulatedError("a joint without a command beside it")
    return found


def _first(machine: Machine, user: str, command: Sequence[Word], root: bool) -> Steps:
    argv = [text for word in command if not word.operator for text in _expanded(machine, word)]
    while argv and (argv[0] == "exec" or ("=" in argv[0] and argv[0].partition("=")[0].isidentifier())):
        argv.pop(0)
    if not argv or argv[0] in _NO_EFFECT:
        return say()
    return start(machine, user, argv, root)


def _expanded(machine: Machine, word: Word) -> list[str]:
    """A pattern becomes the files that match it, or stays as it is when there is none."""
    if not word.glob or not word.text.startswith("/"):
        return [word.text]
    known = [*files.paths(machine), *(disk.name for disk in machine.disks if disk.present)]
    matching = [path for path in known if path.count("/") == word.text.count("/") and fnmatchcase(path, word.text)]
    return sorted(matching) or [word.text]


def _redirected(steps: Steps, command: Sequence[Word]) -> Steps:
    """Leave out what goes to /dev/null, and put stderr with stdout where that is asked."""
    operators = [word.text for word in command if word.operator]
    out, err = "out", "err"
    for operator in operators:
        if operator in _QUIET_OUT:
            out = ""
        elif operator == "2>/dev/null":
            err = ""
        elif operator == "&>/dev/null":
            out = err = ""
        elif operator == "2>&1":
            err = out
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return int(end.value or 0)
        if isinstance(step, Out):
            step = Out(step.data if out else b"")
        elif isinstance(step, Err):
            step = Out(step.data) if err == "out" else Err(step.data if err else b"")
        yield step


def _filtered(steps: Steps, following: Filter) -> Steps:
    """Pass standard output through a filter; once the filter is done, the command before it ends."""
    while not following.done:
        try:
            step = next(steps)
        except StopIteration:
            break
        if isinstance(step, Out):
            passed = following.feed(step.data)
            if passed:
                yield Out(passed)
        else:
            yield step
    steps.close()
    if not following.done:
        last = following.finish()
        if last:
            yield Out(last)
    return following.exit_code

"""How a command ended, from the word in its end marker."""

from dataclasses import dataclass

from gatehouse.model.commands import Command, Ended
from gatehouse.transport import framing, job_script

_TIMEOUT_EXIT_CODES = (124, 137, 143)  # coreutils timeout: ended, killed; our own lifeline


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended, its exit code where it has one, and words for people."""

    ended: Ended
    exit_code: int | None = None
    note: str = ""


def ending(command: Command, words: list[str]) -> Ending:
    """Read an end marker: ``E index code from to [more]``.

    Raises:
        ValueError, IndexError: it is not in that form.
    """
    code, seconds, more = words[2], float(words[4]) - float(words[3]), words[5] if len(words) > 5 else ""
    if code.isdecimal():
        return _exited(command, int(code), seconds)
    return _not_run(command, code, more) or _about_job(command, code, seconds)


def _exited(command: Command, exit_code: int, seconds: float) -> Ending:
    # A tool may exit 124 by itself: only with its limit used up was it the limit.
    if exit_code in _TIMEOUT_EXIT_CODES and seconds >= command.limit_s * 0.98:
        return Ending(Ended.TIMED_OUT, exit_code, f"it did not end within {command.limit_s:g} s")
    return Ending(Ended.EXITED, exit_code)


def _not_run(command: Command, code: str, more: str) -> Ending | None:
    tool = command.argv[0] if command.argv else command.key
    match code:
        case framing.MISSING:
            return Ending(Ended.MISSING, None, f"{tool} is not installed")
        case framing.NO_ROOT:
            return Ending(Ended.NOT_RUN, None, f"{tool} needs root, and this user has no sudo")
        case framing.WAITS:
            return Ending(Ended.WAITING, None, "it waits for a job before it")
        case framing.NEW_BOOT:
            return Ending(Ended.NOT_RUN, None, "the host has rebooted since the visit before")
        case framing.STUCK:
            return Ending(Ended.NOT_RUN, None, "a job before it runs on beyond its limit and could not be ended")
        case framing.HALTED:
            return Ending(Ended.NOT_RUN, None, "somebody stopped the job before it")
        case job_script.BUSY:
            note = f"another job runs on this host: {more}; wait for its end, or `gatehouse jobs stop` it"
            return Ending(Ended.NOT_RUN, None, note)
        case job_script.INCAPABLE:
            return Ending(Ended.NOT_RUN, None, f"jobs cannot run on this host: {more} is missing or cannot be written")
        case job_script.UNSAFE:
            note = "the host's folder for jobs, /var/tmp/gatehouse-UID, is not this user's alone: look who made it"
            return Ending(Ended.NOT_RUN, None, note)
    return None


def _about_job(command: Command, code: str, seconds: float) -> Ending:
    match code:
        case job_script.RUNNING:
            return Ending(Ended.RUNNING, None, f"it runs for {seconds:.0f} s of at most {command.limit_s:g} s")
        case job_script.OVERDUE:
            note = f"it did not end within {command.limit_s:g} s and could not be ended: it still runs on the host"
            return Ending(Ended.TIMED_OUT, None, note)
        case job_script.REBOOTED:
            return Ending(Ended.LOST, None, "the host rebooted while it ran")
        case job_script.KILLED:
            return Ending(Ended.LOST, None, "it was killed: nothing of it runs, and it left no exit code")
        case job_script.STOPPED:
            return Ending(Ended.LOST, None, "somebody stopped it")
        case job_script.COLLECTED:
            return Ending(Ended.LOST, None, "its answer was collected and stored before")
        case job_script.NONE:
            return Ending(Ended.NOT_RUN, None, "there is no such job on this host")
    raise ValueError(f"{code!r} is no way to end")

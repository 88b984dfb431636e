"""Cut a command line into words and operators, with quotes and backslashes, and nothing else of a shell."""

from dataclasses import dataclass

_OPERATORS = ("2>&1", "2>/dev/null", ">/dev/null", "1>/dev/null", "&>/dev/null", "</dev/null", "&&", "||", "|", ";")
_NEVER = {"`": "`…`", "(": "( … )", ")": "( … )", "<": "<", ">": ">", "&": "&", "{": "{ … }", "}": "{ … }"}


class NotSimulatedError(Exception):
    """The line uses something of a shell that the lab does not have."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or an operator. ``glob`` is true when it holds an unquoted ``*`` or ``?``."""

    text: str
    operator: bool = False
    glob: bool = False


def words_of(line: str) -> list[Word]:
    """The words of a line.

    Raises:
        NotSimulatedError: a variable, a substitution, a subshell, a redirection to a file, or an open quote.
    """
    found: list[Word] = []
    at = 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
        elif line[at] == "#":
            break
        elif operator := _operator(line, at):
            found.append(Word(operator.replace(" ", ""), operator=True))
            at += len(operator)
        else:
            word, at = _word(line, at)
            found.append(word)
    return found


def _operator(line: str, at: int) -> str:
    for operator in _OPERATORS:
        if line.startswith(operator, at):
            return operator
        spaced = operator.replace(">/", "> /").replace("</", "< /")
        if spaced != operator and line.startswith(spaced, at):
            return spaced
    return ""


def _word(line: str, at: int) -> tuple[Word, int]:
    text, glob = [], False
    while at < len(line) and line[at] not in " \t|;" and not line.startswith("&&", at):
        char = line[at]
        if char in "'\"":
            inner, at = _quoted(line, at)
            text.append(inner)
            continue
        if char == "\\":
            text.append(line[at + 1 : at + 2])
            at += 2
            continue
        if char == "$" and at + 1 < len(line) and (line[at + 1].isalnum() or line[at + 1] in "_({?!$@*#"):
            raise NotSimulatedError(f"variables and substitutions ({line[at : at + 12]}…)")
        if char in _NEVER and not (char in "{}" and line[at - 1 : at + 1] != "${"):
            raise NotSimulatedError(_NEVER[char])
        glob |= char in "*?"
        text.append(char)
        at += 1
    return Word("".join(text), glob=glob), at


def _quoted(line: str, at: int) -> tuple[str, int]:
    quote = line[at]
    inner = []
    at += 1
    while at < len(line) and line[at] != quote:
        if quote == '"' and line[at] == "\\" and line[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            at += 1
        elif quote == '"' and line[at] in "$`" and line[at + 1 : at + 2].strip(" \"'"):
            raise NotSimulatedError("variables and substitutions")
        inner.append(line[at])
        at += 1
    if at >= len(line):
        raise NotSimulatedError("an open quote")
    return "".join(inner), at + 1

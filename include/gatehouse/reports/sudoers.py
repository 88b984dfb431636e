"""A sudoers file that allows exactly the commands that plans run as root, and nothing beside them.

sudo compares arguments as one text, in which it takes ``*?[]`` for wildcards; ``,:=\\#`` and blanks end a word of the
file, and a first ``^`` begins a regular expression. Every such character of ours is escaped, so that it stands for
itself. A command without arguments ends in ``""``, or sudo would allow any. What sudo cannot do is tell one
argument with a blank in it from two.

Each command runs under ``timeout``, which ends all that it started, so that is what sudo is asked for; it lies where
coreutils are. The tool behind it is looked for in ``secure_path``, which is set to the folders that are given, and the
user cannot change that.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from gatehouse.model.errors import UsageError

COREUTILS = ("/usr/bin", "/bin")
FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_FOLDER = re.compile(r"(/[A-Za-z0-9._+-]+)+")
_TOOL = re.compile(r"[A-Za-z0-9._+/-]+")
_SPECIAL = re.compile(r"([\\,:=#*?\[\]!^ ])")
NO_ARGUMENTS = '""'
Argv = tuple[str, ...]


def sudoers(user: str, plans: Mapping[str, Sequence[Argv]], folders: Sequence[str] = FOLDERS) -> str:
    """The file for one user: an alias for each plan, which maps to what sudo is asked to run for it.

    ``folders`` become sudo's ``secure_path``. The first word of a command without a path lies in one of COREUTILS.

    Raises:
        UsageError: a user, folder or argument that cannot stand in a sudoers file.
    """
    _refuse_names(user, folders)
    lines = [
        "# Written by: gatehouse catalog sudoers. Check it with visudo -cf, install it with mode 0440, owner root.",
        f"Defaults:{user} !requiretty",
        f'Defaults:{user} secure_path="{":".join(folders)}"',
    ]
    aliases = []
    for name, (plan, commands) in zip(_alias_names(list(plans)), plans.items(), strict=True):
        listed = list(dict.fromkeys(line for argv in commands for line in _command(argv)))
        lines += ["", f"# plan {plan}{'' if listed else ': nothing as root'}"]
        if listed:
            aliases.append(name)
            lines.append(f"Cmnd_Alias {name} = \\\n    " + ", \\\n    ".join(listed))
    if aliases:
        lines += ["", f"{user} ALL=(root) NOPASSWD: {', '.join(aliases)}"]
    return "\n".join(lines) + "\n"


def _refuse_names(user: str, folders: Iterable[str]) -> None:
    if not _USER.fullmatch(user):
        raise UsageError(f"{user!r} is no name of a user: small letters, digits, _ and -, 32 at most")
    for folder in folders:
        if not _FOLDER.fullmatch(folder) or ".." in folder:
            raise UsageError(f"{folder!r} is no absolute folder of plain letters: sudo would read it otherwise")


def _alias_names(plans: Sequence[str]) -> list[str]:
    """Names as sudoers wants them: capitals, digits and underscores; numbered where two plans would share one."""
    names: list[str] = []
    for plan in plans:
        name = "GATEHOUSE_" + re.sub(r"[^A-Z0-9]", "_", plan.upper())
        names.append(name if name not in names else f"{name}_{len(names)}")
    return names


def _command(argv: Argv) -> list[str]:
    """The command with its whole path, in every folder where it may lie."""
    tool, arguments = argv[0], argv[1:]
    if not _TOOL.fullmatch(tool) or ".." in tool or ("/" in tool and not tool.startswith("/")):
        raise UsageError(f"{tool!r} cannot stand in a sudoers file: a plain name, or an absolute path")
    said = " ".join(_escaped(argument, tool) for argument in arguments) or NO_ARGUMENTS
    if arguments and said == NO_ARGUMENTS:
        raise UsageError(f"{tool}: {said} as the only argument would mean none at all in a sudoers file")
    paths = [tool] if tool.startswith("/") else [f"{folder}/{tool}" for folder in COREUTILS]
    return [f"{path} {said}" for path in paths]


def _escaped(argument: str, tool: str) -> str:
    if not argument or not argument.isprintable() or not argument.isascii():
        raise UsageError(f"{tool}: the argument {argument!r} cannot stand in a sudoers file: empty, or not printable")
    return _SPECIAL.sub(r"\\\1", argument.replace("\\", "\\\\"))

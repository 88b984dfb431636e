"""Small commands that every host has: cat, ls, echo, uname, hostname, uptime, id, date, sleep, timeout, sudo …"""

from gatehouse.lab.tools import files
from gatehouse.lab.tools.clock import moment
from gatehouse.lab.tools.registry import COMMAND_NOT_FOUND, all_tools, installed, tool
from gatehouse.lab.tools.spec import Call, Do, Err, Out, Steps, Wait, say
from gatehouse.lab.tools.timeout import seconds_of


@tool("cat")
def cat(call: Call) -> Steps:
    """Known files, one after the other."""
    code = 0
    for path in call.args:
        if path.startswith("-"):
            continue
        text = files.read(call.machine, path)
        if text is None:
            yield Err(f"cat: {path}: No such file or directory\n".encode())
            code = 1
        elif path in files.ROOT_ONLY and not call.root:
            yield Err(f"cat: {path}: Permission denied\n".encode())
            code = 1
        else:
            yield Out(text.encode())
    return code


@tool("ls")
def ls(call: Call) -> Steps:
    """Devices and interfaces: ``/dev/nvme*``, ``/sys/class/net``, ``/sys/block``."""
    wanted = [arg.rstrip("/") for arg in call.args if not arg.startswith("-")] or ["."]
    known = files.paths(call.machine)
    code = 0
    for path in wanted:
        inside = sorted({p.removeprefix(path + "/").split("/")[0] for p in known if p.startswith(path + "/")})
        devices = [disk.name for disk in call.machine.disks if disk.present]
        if path in known or path in devices:
            yield Out(f"{path}\n".encode())
        elif path == "/dev":
            yield Out("".join(f"{name.removeprefix('/dev/')}\n" for name in devices).encode())
        elif inside:
            yield Out("".join(f"{name}\n" for name in inside).encode())
        elif path != ".":
            yield Err(f"ls: cannot access '{path}': No such file or directory\n".encode())
            code = 2
    return code


@tool("echo")
def echo(call: Call) -> Steps:
    """The arguments, with ``-n`` without the newline."""
    args = call.args
    newline = not (args and args[0] == "-n")
    return say(" ".join(args if newline else args[1:]) + ("\n" if newline else ""))


@tool("true", ":")
def true(_call: Call) -> Steps:
    """Exit 0."""
    return say()


@tool("false")
def false(_call: Call) -> Steps:
    """Exit 1."""
    return say(exit_code=1)


@tool("uname")
def uname(call: Call) -> Steps:
    """``-a``, ``-r``, ``-n``, ``-m``, ``-s``."""
    release = call.machine.profile.kernel_release
    words = {"-s": "Linux", "-n": call.machine.name, "-r": release, "-m": "x86_64", "-o": "GNU/Linux"}
    if call.args == ("-a",):
        return say(
            f"Linux {call.machine.name} {release} #132-Ubuntu SMP Thu Aug 29 13:45:52 UTC 2024 "
            "x86_64 x86_64 x86_64 GNU/Linux\n"
        )
    unknown = [arg for arg in call.args if arg not in words]
    if unknown:
        return say(stderr=f"uname: invalid option -- '{unknown[0].lstrip('-')}'\n", exit_code=1)
    return say(" ".join(words[arg] for arg in call.args or ("-s",)) + "\n")


@tool("hostname")
def hostname(call: Call) -> Steps:
    """The host's name."""
    return say(f"{call.machine.name}\n")


@tool("whoami")
def whoami(call: Call) -> Steps:
    """The user, or root under sudo."""
    return say("root\n" if call.root else f"{call.user}\n")


@tool("id")
def identity(call: Call) -> Steps:
    """``id``, ``id -u``, ``id -un``."""
    uid, name = (0, "root") if call.root else (1000, call.user)
    if call.args == ("-u",):
        return say(f"{uid}\n")
    if call.args in (("-un",), ("-nu",)):
        return say(f"{name}\n")
    return say(f"uid={uid}({name}) gid={uid}({name}) groups={uid}({name})\n")


@tool("date")
def date(call: Call) -> Steps:
    """Now, by default or by the formats that scripts use."""
    at = moment(call.machine.now_s)
    forms = {
        (): f"{at:%a %b %d %H:%M:%S UTC %Y}",
        ("+%s",): f"{int(call.machine.now_s)}",
        ("-Is",): f"{at:%Y-%m-%dT%H:%M:%S+00:00}",
        ("-u", "+%FT%TZ"): f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
    args = call.args
    if args in forms:
        return say(forms[args] + "\n")
    return say(stderr=f"date: invalid date '{' '.join(args)}'\n", exit_code=1)


@tool("uptime")
def uptime(call: Call) -> Steps:
    """The line, ``-p`` or ``-s``."""
    machine = call.machine
    days, rest = divmod(int(machine.uptime_s), 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if call.args == ("-s",):
        return say(f"{moment(machine.boot.at_s):%Y-%m-%d %H:%M:%S}\n")
    if call.args == ("-p",):
        return say(f"up {days} days, {hours} hours, {minutes} minutes\n")
    span = (f"{days} day{'s' if days != 1 else ''}, " if days else "") + (
        f"{hours:2d}:{minutes:02d}" if hours else f"{minutes} min"
    )
    return say(f" {moment(machine.now_s):%H:%M:%S} up {span},  1 user,  load average: 0.32, 0.21, 0.18\n")


@tool("sleep")
def sleep(call: Call) -> Steps:
    """Real seconds: this is what people try time-outs with."""
    seconds = seconds_of(call.args[0]) if call.args else None
    if seconds is None:
        yield Err(f"sleep: invalid time interval '{' '.join(call.args)}'\n".encode())
        return 1
    yield Wait(seconds, real=True)
    return 0


@tool("which", "command")
def which(call: Call) -> Steps:
    """Where a tool is: ``which X`` and ``command -v X``."""
    names = [arg for arg in call.args if not arg.startswith("-")]
    found = [name for name in names if installed(call.machine, name)]
    return say("".join(f"/usr/bin/{name}\n" for name in found), exit_code=0 if found == names and names else 1)


@tool("sudo")
def sudo(call: Call) -> Steps:
    """Passes through, as root; ``-n`` and ``--`` are accepted."""
    args = list(call.args)
    while args and args[0] in ("-n", "--non-interactive", "-E", "-H", "--"):
        args.pop(0)
    if not args:
        return say(stderr="usage: sudo -h | -K | -k | -V\nusage: sudo [-n] command [arg ...]\n", exit_code=1)
    if not installed(call.machine, args[0]):
        return say(stderr=f"sudo: {args[0]}: command not found\n", exit_code=1)
    return call.start(args, True)


@tool("env", "nohup", "nice", "ionice", "taskset", "stdbuf")
def wrapper(call: Call) -> Steps:
    """Run the rest of the line; options and assignments before it change nothing here."""
    args = list(call.args)
    while args and (args[0].startswith("-") or "=" in args[0] or args[0].replace(",", "").replace("-", "").isdecimal()):
        args.pop(0)
    if not args:
        return say()
    return call.start(args, call.root)


@tool("reboot", "shutdown")
def reboot(call: Call) -> Steps:
    """Boot again: the connection goes, and a new boot id comes. ``shutdown`` knows ``-r now`` only."""
    if call.name == "shutdown" and call.args not in (("-r", "now"), ("-r", "+0")):
        yield Err(b"shutdown: only '-r now' is simulated\n")
        return 1
    if not call.root:
        yield Err(b"Failed to set wall message, ignoring: Interactive authentication required.\n")
        yield Err(b"Call to Reboot failed: Interactive authentication required.\n")
        return 1
    yield Do("reboot")
    return 0


@tool("help")
def tool_list(call: Call) -> Steps:
    """What there is on this host."""
    names = sorted(name for name in all_tools() if installed(call.machine, name))
    return say(f"simulated tools: {', '.join(names)}\n") if names else say(exit_code=COMMAND_NOT_FOUND)

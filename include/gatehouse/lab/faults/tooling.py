"""When the tool or the way to the host is at fault, and not the hardware."""

from collections.abc import Callable, Mapping

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect, TransportFault, Value
from gatehouse.lab.machine.overrides import Misbehaviour, ToolOverride

_MAIN_TOOL = {"nvidia": "nvidia-smi", "amd": "amd-smi", "intel": "hl-smi"}


def _misbehave(how: Misbehaviour) -> Callable[[Effect], None]:
    def apply(at: Effect) -> None:
        name = at.text("tool") or _MAIN_TOOL[at.machine.profile.vendor]
        delay_s = at.number("delay_s") if "delay_s" in at.params else 0.0
        at.machine.overrides[name] = ToolOverride(how, delay_s=delay_s)

    return apply


_TOOL = {"tool": ""}
fault("tool_missing", "A tool that is not installed", "test tool/criteria", "absent", params=_TOOL)(
    _misbehave("missing")
)
fault("tool_hang", "A tool that never ends", "test tool/criteria", "hard fail", params=_TOOL)(_misbehave("hang"))
fault("tool_flood", "A tool that prints 100 MB", "test tool/criteria", "misconfigured", params=_TOOL)(
    _misbehave("flood")
)
fault("tool_garbage", "A tool that prints bytes that are no text", "test tool/criteria", "misconfigured", params=_TOOL)(
    _misbehave("garbage")
)
fault("tool_slow", "A tool that takes its time", "test tool/criteria", "degraded", params={**_TOOL, "delay_s": 3.0})(
    _misbehave("slow")
)


@fault(
    "driver_not_loaded",
    "The accelerators' driver is not loaded",
    "OS/driver",
    "misconfigured",
    cleared_by=("repair", "reboot"),
)
def driver_not_loaded(at: Effect) -> None:
    """The vendor's tool says so in its own words and ends with an error."""
    said = {
        "nvidia": (
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n\n",
            9,
        ),
        "amd": (
            "ERROR: Unable to detect any GPU devices, check amdgpu version and module status (sudo modprobe amdgpu)\n",
            1,
        ),
        "intel": ("hl-smi: habanalabs driver is not loaded or no AIPs available, aborting...\n", 9),
    }[at.machine.profile.vendor]
    at.machine.overrides[_MAIN_TOOL[at.machine.profile.vendor]] = ToolOverride("fixed", said[0], exit_code=said[1])


def _nothing(_at: Effect) -> None:
    """The machine is fine: only the way to it is not."""


def _mode(params: Mapping[str, Value]) -> TransportFault:
    return TransportFault("black_hole" if params.get("mode") == "black_hole" else "refuse")


fault(
    "host_unreachable",
    "A host that takes no connection",
    "facility",
    "absent",
    params={"mode": "refuse"},
    connection=_mode,
)(_nothing)
fault(
    "host_silent",
    "A host that takes a connection and says nothing",
    "OS/driver",
    "hard fail",
    connection=lambda _: TransportFault("silent"),
)(_nothing)
fault(
    "auth_hang",
    "A host that never answers a login",
    "OS/driver",
    "hard fail",
    connection=lambda _: TransportFault("hang_auth"),
)(_nothing)
fault(
    "wrong_host_key",
    "A host that shows another host key",
    "OS/driver",
    "wrong identity/revision",
    connection=lambda _: TransportFault("wrong_host_key"),
)(_nothing)
fault(
    "session_drop",
    "A host whose sessions end in the middle",
    "NIC",
    "intermittent",
    params={"after_bytes": 4096},
    connection=lambda p: TransportFault("drop_after_bytes", after_bytes=int(p["after_bytes"])),
)(_nothing)
fault(
    "host_slow",
    "A host that is slow to answer",
    "OS/driver",
    "degraded",
    params={"delay_s": 2.0},
    connection=lambda p: TransportFault("slow", delay_s=float(p["delay_s"])),
)(_nothing)

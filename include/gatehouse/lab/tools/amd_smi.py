"""amd-smi: ``metric --json``, ``static --json``, ``list --json``, ``version``."""

import json

from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.amd_metric import metric
from gatehouse.lab.tools.amd_static import static
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Do, Err, Steps, say

_VERSION = "AMDSMI Tool: 24.7.1+0012a68 | AMDSMI Library version: 24.7.1.0 | ROCm version: 6.3.1\n"
_USAGE_EXIT = 255
_VIEWS = {"metric": metric, "static": static}


def _wanted(args: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """The value of ``-g``/``--gpu`` and the arguments without it."""
    rest = list(args)
    for flag in ("-g", "--gpu"):
        if flag in rest and rest.index(flag) + 1 < len(rest):
            index = rest.index(flag)
            wanted = rest[index + 1]
            del rest[index : index + 2]
            return wanted, rest
    return None, rest


@tool("amd-smi")
def amd_smi(call: Call) -> Steps:
    """One JSON object a GPU, in a list."""
    wanted, args = _wanted(call.args)
    if args[:1] == ["version"]:
        return say(_VERSION)
    gpus = [gpu for gpu in call.machine.live_accelerators() if wanted in (None, "all", str(gpu.index))]
    if not gpus:
        return say(stderr="Unable to detect any GPU devices, check amdgpu version and module status\n", exit_code=1)
    if args[:1] == ["reset"] and set(args[1:]) & {"-G", "--gpureset"}:
        return _reset(call, gpus)
    as_json = "--json" in args
    if args and args[0] in _VIEWS and set(args[1:]) <= {"--json"}:
        shown = [_VIEWS[args[0]](call.machine, gpu) for gpu in gpus]
        return say(json.dumps(shown, indent=4) + "\n" if as_json else _tree(shown))
    if args and args[0] == "list" and set(args[1:]) <= {"--json"}:
        shown = [_listed(gpu) for gpu in gpus]
        return say(json.dumps(shown, indent=4) + "\n" if as_json else _tree(shown))
    word = args[0] if args else ""
    return say(
        stderr=f"Command '{word}' is invalid. Run '--help' for more info. Error code: -2\n", exit_code=_USAGE_EXIT
    )


def _listed(gpu: Accelerator) -> dict[str, object]:
    return {
        "gpu": gpu.index,
        "bdf": gpu.pci,
        "uuid": gpu.uuid,
        "kfd_id": 20000 + gpu.index * 977,
        "node_id": gpu.index + 2,
    }


def _tree(shown: list[dict[str, object]]) -> str:
    """The same facts as indented text."""
    return "\n".join(_branch(entry, 0) for entry in shown)


def _branch(entry: dict[str, object], depth: int) -> str:
    lines = []
    for key, value in entry.items():
        indent = "    " * (depth if key == "gpu" else depth + 1)
        if isinstance(value, dict) and set(value) == {"value", "unit"}:
            lines.append(f"{indent}{key.upper()}: {value['value']} {value['unit']}\n")
        elif isinstance(value, dict):
            lines.append(f"{indent}{key.upper()}:\n{_branch(value, depth + 1)}")
        else:
            lines.append(f"{indent}{key.upper()}: {value}\n")
    return "".join(lines)


def _reset(call: Call, gpus: list[Accelerator]) -> Steps:
    if not call.root:
        yield Err(b"Command requires elevation\n")
        return 1
    for gpu in gpus:
        yield Do("reset_device", gpu.part)
    return (yield from say("".join(f"GPU: {gpu.index}\n    GPU_RESET: Successfully reset GPU\n" for gpu in gpus)))

"""dcgmi: ``diag -r LEVEL -j``, in the form of DCGM 4."""

import json
from collections.abc import Callable

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Accelerator
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.spec import Call, Out, Steps, Wait, say

Json = dict[str, object]
Trouble = tuple[int, str]  # DCGM's error number, and its words
_SECONDS = {1: 4.0, 2: 90.0, 3: 600.0, 4: 1800.0}
# Tests by the lowest level that runs them, as DCGM's guide lists them.
_TESTS = (
    ("software", "Deployment", 1),
    ("memory", "Hardware", 2),
    ("pcie", "Integration", 2),
    ("diagnostic", "Hardware", 3),
    ("nvbandwidth", "Hardware", 3),
    ("memory_bandwidth", "Stress", 3),
    ("targeted_stress", "Stress", 3),
    ("targeted_power", "Stress", 3),
    ("memtest", "Stress", 4),
    ("pulse_test", "Hardware", 4),
)
# Numbers of dcgm_errors.h of DCGM 4.
_PENDING_REMAP, _REMAP_FAILED, _PCIE_GENERATION, _PCIE_WIDTH, _BANDWIDTH, _POWER = 85, 80, 45, 46, 30, 63
_MISCOMPUTED = 0  # the test says so in words alone
_FAILED_EXIT = 226  # DCGM_ST_NVVS_ISOLATE_ERROR, as a byte
_FP64_TENSOR_GFLOPS = 41_200.0
_LOWEST_COPY = 0.8


@tool("dcgmi")
def dcgmi(call: Call) -> Steps:
    """``diag -r LEVEL -j``; ``-v``."""
    args = call.args
    if args in (("-v",), ("--version",)):
        return say("dcgmi  version: 4.2.3\n")
    if len(args) != 4 or args[:2] != ("diag", "-r") or args[3] not in ("-j", "--json") or args[2] not in "1234":
        return say("PARSE ERROR: only diag -r LEVEL -j is simulated\n", exit_code=255)
    return _diag(call.machine, int(args[2]))


def _diag(machine: Machine, level: int) -> Steps:
    gpus = machine.live_accelerators()
    if not gpus or any(gpu.lost for gpu in gpus):
        said = {"DCGM Diagnostic": {"runtime_error": "Unable to get GPU attributes: GPU is lost"}}
        yield Out((json.dumps(said, indent=2) + "\n").encode())
        return _FAILED_EXIT
    yield Wait(_SECONDS[level])
    tests = [(category, _test(name, machine, gpus)) for name, category, lowest in _TESTS if lowest <= level]
    categories = [
        {"category": category, "tests": [test for at, test in tests if at == category]}
        for category in dict.fromkeys(category for category, _ in tests)
    ]
    document = {
        "DCGM Diagnostic": {"test_categories": categories},
        "metadata": {"version": "4.2.3", "Driver Version Detected": machine.profile.accelerator.driver},
        "entity_groups": [
            {"entity_group": "GPU", "entity_group_id": 1, "entities": [{"entity_id": g.index} for g in gpus]}
        ],
    }
    yield Out((json.dumps(document, indent=2) + "\n").encode())
    return _FAILED_EXIT if any(_failed(test) for _, test in tests) else 0


def _failed(test: Json) -> bool:
    return test["test_summary"] == {"status": "Fail"}


def _test(name: str, machine: Machine, gpus: list[Accelerator]) -> Json:
    results = [_result(name, machine, gpu) for gpu in gpus]
    failed = any(result["status"] == "Fail" for result in results)
    return {"name": name, "results": results, "test_summary": {"status": "Fail" if failed else "Pass"}}


def _result(name: str, machine: Machine, gpu: Accelerator) -> Json:
    trouble = _FINDS[name](gpu) if name in _FINDS else None
    result: Json = {"entity_group": "GPU", "entity_group_id": 1, "entity_id": gpu.index}
    if trouble is None:
        info = [f"GPU {gpu.index} calculated at approximately {_gflops(machine, gpu):.2f} gigaflops during this test"]
        return {**result, "status": "Pass", **({"info": info} if name == "diagnostic" else {})}
    number, text = trouble
    warning = {"error_category": 7, "error_id": number, "error_severity": 2, "warning": text}
    return {**result, "status": "Fail", "warnings": [warning]}


def _gflops(machine: Machine, gpu: Accelerator) -> float:
    return _FP64_TENSOR_GFLOPS * between(0.98, 1.02, machine.serial, "dcgm", gpu.index, machine.sample)


def _software(gpu: Accelerator) -> Trouble | None:
    if gpu.remap.pending or gpu.remap.failed:
        return (
            _PENDING_REMAP,
            f"GPU {gpu.index} had uncorrectable memory errors and a row remapping is pending. Reset it.",
        )
    return None


def _memory(gpu: Accelerator) -> Trouble | None:
    if gpu.remap.failed:
        return _REMAP_FAILED, f"GPU {gpu.index} had a row remapping that failed. Run a field diagnostic on the GPU."
    return None


def _pcie(gpu: Accelerator) -> Trouble | None:
    link = gpu.pcie
    if link.width < link.max_width:
        return _PCIE_WIDTH, f"GPU {gpu.index} is running at PCI link width {link.width}X, below the minimum of 16X."
    if link.speed_gts < link.max_gts and not link.idle_downtrain:
        return _PCIE_GENERATION, f"GPU {gpu.index} is running at PCI link speed {link.speed_gts:g} GT/s, too low."
    return None


def _diagnostic(gpu: Accelerator) -> Trouble | None:
    if gpu.miscomputes:
        return _MISCOMPUTED, f"There were inconsistent results from GPU {gpu.index}. Run a field diagnostic on the GPU."
    return None


def _bandwidth(gpu: Accelerator) -> Trouble | None:
    if min(gpu.host_copy, gpu.fabric_copy) < _LOWEST_COPY:
        return _BANDWIDTH, f"Bandwidth of GPU {gpu.index} in both directions did not reach the minimum required."
    return None


def _power(gpu: Accelerator) -> Trouble | None:
    if gpu.throttle.hw_thermal or gpu.throttle.hw_power_brake:
        return _POWER, f"Max power of GPU {gpu.index} did not reach its target: clocks are being slowed down."
    return None


_FINDS: dict[str, Callable[[Accelerator], Trouble | None]] = {
    "software": _software,
    "memory": _memory,
    "pcie": _pcie,
    "diagnostic": _diagnostic,
    "nvbandwidth": _bandwidth,
    "targeted_power": _power,
}

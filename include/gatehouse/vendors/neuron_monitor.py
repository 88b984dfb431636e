"""AWS Neuron: neuron-monitor, a JSON report each period: ECC counters, use of each core, errors of each runtime."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json, recover_json
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_FRAGMENT = re.compile(r'\s*"([\w-]{1,60})"\s*:\s*[{\[]')
_ELISION = re.compile(r",?[ \t]*\n[ \t]*(?:\[\.\.\.\]|\.\.\.),?[ \t]*(?=\n)")
_OF_SYSTEM = ("neuron_hw_counters", "neuron_hardware_info", "instance_info", "memory_info", "vcpu_usage")
_OF_RUNTIME = ("neuroncore_counters", "execution_stats", "memory_used", "neuron_runtime_vcpu_usage")
_HARDWARE = {
    "device_count": "neuron_device_count",
    "cores_per_device": "neuroncore_per_device_count",
    "device_type": "neuron_device_type",
    "device_version": "neuron_device_version",
    "neuroncore_version": "neuroncore_version",
    "memory_b": "neuron_device_memory_size",
    "logical_neuroncore_config": "logical_neuroncore_config",
}
_INSTANCE = ("instance_type", "instance_id", "instance_name", "instance_region", "instance_availability_zone", "ami_id")
_UNCORRECTED = ("mem_ecc_uncorrected", "sram_ecc_uncorrected")
_MEMORY = {"host_b": "memory_total_bytes", "host_used_b": "memory_used_bytes", "swap_used_b": "swap_used_bytes"}


@reads("neuron-monitor-json")
def read_neuron_monitor(said: Completed) -> ToolReport:
    """ECC counters by device, utilisation by core and the errors that each group reports ("" means none).

    Of several reports, a line each, the facts are of the first; uncorrected errors are found in any.

    Raises:
        UnreadableError: there is no report of neuron-monitor.
    """
    gathered, text = gather("neuron-monitor-json", said)
    text = _without_elisions(gathered, text)
    fragment = _FRAGMENT.match(text)
    found = gathered_json(gathered, _braced(text) if fragment else _first_report(gathered, text), record_depth=3)
    groups = dict(_groups(found.value))
    runtimes = found.value.get("neuron_runtime_data") if isinstance(found.value, Mapping) else None
    is_group = fragment is not None and fragment[1] in groups and fragment[1] in (*_OF_SYSTEM, *_OF_RUNTIME)
    if not isinstance(runtimes, list) and not is_group and not groups.keys() & set(_OF_SYSTEM[:2]):
        raise UnreadableError("no report of neuron-monitor")
    gathered.fact("valid_json", found.valid and not fragment)
    if fragment:
        gathered.incomplete("a fragment without its braces")
        _note_fragment(gathered, fragment[1], groups)
    if "neuron_hw_counters" in groups:
        _note_counters(gathered, groups["neuron_hw_counters"])
    _note_hardware(gathered, groups.get("neuron_hardware_info") or {})
    _note_host(gathered, groups)
    if isinstance(runtimes, list):
        _note_runtimes(gathered, runtimes)
    for name, group in groups.items():
        if group.get("error"):
            gathered.error(f"{name}: {str(group['error'])[:200]}")
    return gathered.done()


def _without_elisions(gathered: Gathered, text: str) -> str:
    """The text without the lines ``[...]`` of people who leave out what repeats."""
    whole = _ELISION.sub("", text)
    if whole != text:
        gathered.incomplete("parts are elided with ...")
    return whole


def _first_report(gathered: Gathered, text: str) -> str:
    """The first of several reports, a line each; the others are looked through for uncorrected errors."""
    reports = [line for line in text.split("\n") if line.startswith("{") and line.rstrip().endswith("}")]
    if len(reports) < 2:
        return text
    gathered.total("reports", len(reports))
    if not text.endswith("\n"):
        gathered.was_cut("the last report has no end")
    for report in reversed(reports[1:]):
        _look_through(gathered, report)
    return reports[0]


def _note_fragment(gathered: Gathered, name: str, groups: Mapping[str, Mapping[str, Any]]) -> None:
    """A group that stands alone: its period and error, and what it tells of a runtime, without the runtime's number."""
    group = groups.get(name) or {}
    if "period" in group:
        gathered.fact("period_s", number_or_unknown(group["period"]))
        gathered.fact("error", word_or_unknown(group.get("error")))
    _note_cores(gathered, groups)
    _note_executions(gathered, "", groups)
    usage = groups["vcpu_usage"] if name == "neuron_runtime_vcpu_usage" and "vcpu_usage" in groups else {}
    for kind, value in usage.items():
        gathered.fact(f"vcpu.{kind}_pct", number_or_unknown(value))


def _look_through(gathered: Gathered, report: str) -> None:
    """Look for uncorrected errors in a further report."""
    try:
        groups = dict(_groups(recover_json(report).value))
    except UnreadableError as error:
        gathered.incomplete(str(error))
    else:
        _find_uncorrected(gathered, groups.get("neuron_hw_counters") or {})


def _braced(text: str) -> str:
    """A fragment in the braces that it lacks; the closing one only where it came to its end."""
    body = text.strip().rstrip(",")
    return "{" + body + ("}" if body.endswith(("}", "]")) else "")


def _groups(value: Any, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Objects of the document by name, two levels down."""
    for name, group in value.items() if isinstance(value, Mapping) else ():
        if isinstance(group, Mapping):
            yield str(name), group
            if depth < 1:
                yield from _groups(group, depth + 1)


def _note_counters(gathered: Gathered, counters: Mapping[str, Any]) -> None:
    gathered.fact("period_s", number_or_unknown(counters.get("period")))
    gathered.fact("error", word_or_unknown(counters.get("error")))
    devices = counters.get("neuron_devices") or counters.get("hardware_counters") or []
    listed = [device for device in devices if isinstance(device, Mapping)] if isinstance(devices, list) else []
    gathered.fact("devices", len(listed))
    for device in listed:
        index = number_or_unknown(device.get("neuron_device_index", device.get("device_index")))
        facts: dict[str, Fact] = {
            str(name): number_or_unknown(value) for name, value in device.items() if "ecc" in str(name)
        }
        if isinstance(index, int):
            gathered.facts_of(f"dev{index}", facts)
    _find_uncorrected(gathered, counters)


def _find_uncorrected(gathered: Gathered, counters: Mapping[str, Any]) -> None:
    devices = counters.get("neuron_devices")
    for device in devices if isinstance(devices, list) else ():
        for name in _UNCORRECTED if isinstance(device, Mapping) else ():
            count = number_or_unknown(device.get(name))
            if isinstance(count, int) and count > 0:
                part = f"dev{device.get('neuron_device_index')}"
                gathered.found(FindingClass.HARDWARE, part, f"neuron.{name}", f"{name} is {count}")


def _note_hardware(gathered: Gathered, hardware: Mapping[str, Any]) -> None:
    for fact, key in _HARDWARE.items():
        if key in hardware:
            number = number_or_unknown(hardware[key])
            gathered.fact(fact, number if number is not None else word_or_unknown(hardware[key]))


def _note_host(gathered: Gathered, groups: Mapping[str, Mapping[str, Any]]) -> None:
    instance = groups.get("instance_info") or {}
    gathered.facts_of("", {name: word_or_unknown(instance[name]) for name in _INSTANCE if name in instance})
    memory = groups.get("memory_info") or {}
    gathered.facts_of(
        "memory", {fact: number_or_unknown(memory[key]) for fact, key in _MEMORY.items() if key in memory}
    )
    usage = (groups.get("vcpu_usage") or {}).get("average_usage")
    for name, value in usage.items() if isinstance(usage, Mapping) else ():
        gathered.fact(f"vcpu.{name}_pct", number_or_unknown(value))


def _note_runtimes(gathered: Gathered, runtimes: list[Any]) -> None:
    """Each application with its process, errors and results; the utilisation of the cores that it uses."""
    listed = [each for each in runtimes if isinstance(each, Mapping)]
    gathered.total("runtimes", len(listed))
    for number, runtime in enumerate(listed):
        part = f"runtime{number}"
        gathered.fact(f"{part}.pid", number_or_unknown(runtime.get("pid")))
        gathered.fact(f"{part}.tag", word_or_unknown(runtime.get("neuron_runtime_tag")))
        gathered.fact(f"{part}.error", word_or_unknown(runtime.get("error")))
        report = runtime.get("report")
        groups = dict(_groups(report))
        _note_cores(gathered, groups)
        _note_executions(gathered, f"{part}.", groups)


def _note_cores(gathered: Gathered, groups: Mapping[str, Mapping[str, Any]]) -> None:
    cores = groups.get("neuroncore_counters", {}).get("neuroncores_in_use")
    for core, use in cores.items() if isinstance(cores, Mapping) else ():
        if isinstance(use, Mapping):
            gathered.fact(f"core{core}.util_pct", number_or_unknown(use.get("neuroncore_utilization")))
            if "flops" in use:
                gathered.fact(f"core{core}.flops", number_or_unknown(use["flops"]))


def _note_executions(gathered: Gathered, part: str, groups: Mapping[str, Mapping[str, Any]]) -> None:
    statistics = groups.get("execution_stats") or {}
    for name, prefix in (("error_summary", "errors."), ("execution_summary", "executions.")):
        counts = statistics.get(name)
        for kind, count in counts.items() if isinstance(counts, Mapping) else ():
            gathered.fact(f"{part}{prefix}{kind}", number_or_unknown(count))
    hardware = gathered.facts.get(f"{part}errors.hardware")
    if isinstance(hardware, int) and hardware > 0:
        text = f"{hardware} executions ended with a hardware error"
        gathered.found(FindingClass.HARDWARE, "host", "neuron.execution_hardware_error", text)
    latencies = statistics.get("latency_stats")
    total = latencies.get("total_latency") if isinstance(latencies, Mapping) else None
    for percentile, seconds in total.items() if isinstance(total, Mapping) else ():
        gathered.fact(f"{part}latency.{percentile}_s", number_or_unknown(seconds))
    memory = groups.get("memory_used", {}).get("neuron_runtime_used_bytes")
    if isinstance(memory, Mapping):
        for name in ("host", "neuron_device"):
            gathered.fact(f"{part}memory.{name}_b", number_or_unknown(memory.get(name)))

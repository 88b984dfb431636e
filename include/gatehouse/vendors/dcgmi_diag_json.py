"""dcgmi diag -j of DCGM 2, 3 and 4: every test, its result, and the result of each GPU.

DCGM 2 and 3 list ``gpu_ids`` or ``gpu_id``; DCGM 4 lists entities and caps the number of infos, so that a GPU without
an info was measured all the same. With ``--iterations`` the first run that failed counts, else the last.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.dcgm_causes import (
    class_of,
    class_of_no_run,
    overall,
    result_word,
    signature_of,
    why_no_run,
    worst,
)
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_RESULTS_DEPTH = 7  # document, diagnostic, categories, category, tests, test, results: their members are records
_RESULTS_DEPTH_OF_FRAGMENT = 2  # test, results
_GFLOPS = re.compile(r"calculated at approximately ([\d.]{1,20}) gigaflops")
_GPUS_IN_TEXT = re.compile(r"\bGPU (\d{1,4})\b")
# What the PCIe test tells: "GPU 0 Host to GPU bandwidth:  25.93 GB/s".
_MEASURED = re.compile(
    r"(?:GPU (\d{1,4}) )?((?:GPU to Host|Host to GPU|bidirectional) \w{5,9}):\s{1,9}([\d.]{1,12}) (GB/s|us)"
)
_UNITS = {"GB/s": "gbps", "us": "us"}
_ANSWERS = frozenset(range(256))  # dcgmi exits with an error number when a test fails: that is its answer


@dataclass(frozen=True, slots=True)
class _Result:
    """The result of a test on some parts, ``gpu3`` or ``cpu0`` (none: on the host)."""

    parts: tuple[str, ...]
    status: str
    infos: tuple[str, ...]
    warnings: tuple[tuple[str, Any], ...]  # text, error number


@reads("dcgmi-diag-json")
def read_dcgmi_diag_json(said: Completed) -> ToolReport:
    """Results by test and GPU; a warning or failure is a finding with its cause.

    Raises:
        UnreadableError: there is no test of DCGM in the output.
    """
    gathered, text = gather("dcgmi-diag-json", said)
    if "{" not in text and (told := why_no_run(text)) is not None:
        return _without_tests(gathered, {"runtime_error": told}, {})
    depth = _RESULTS_DEPTH if "test_categories" in text else _RESULTS_DEPTH_OF_FRAGMENT
    found = gathered_json(gathered, text, depth + 2 * ('"iterations"' in text))
    document = _iteration(gathered, found.value, cut=found.cut)
    body, tests = _diagnostic(document)
    if not tests:
        return _without_tests(gathered, document, body)
    gathered.fact("valid_json", found.valid)
    _note_versions(gathered, document, body)
    _note_entities(gathered, document)
    for test in tests:
        _note_test(gathered, test, cut=found.cut and test is tests[-1])
    _note_totals(gathered, tests)
    if isinstance(found.value, Mapping) and "results" in found.value:
        gathered.incomplete("a fragment: one test without its document")
        _note_fragment(gathered, tests[0])
    return gathered.done(_ANSWERS)


def _iteration(gathered: Gathered, value: Any, *, cut: bool) -> Any:
    """The run of several that counts: the first that failed, else the last.

    Raises:
        UnreadableError: the document was cut before a run that failed; whether one did is not known.
    """
    runs = _items(value.get("iterations")) if isinstance(value, Mapping) else []
    if not runs:
        return value
    gathered.total("iterations", len(runs))
    failed = [run for run in runs if any(_stated(test) == "Fail" for test in _diagnostic(run)[1])]
    if cut and not failed:
        raise UnreadableError("JSON is cut among the iterations of the diagnostic")
    return failed[0] if failed else runs[-1]


def _diagnostic(value: Any) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """The diagnostic's object and its tests; a lone test is taken as it is."""
    if not isinstance(value, Mapping):
        return {}, []
    if "name" in value and "results" in value:
        return {}, [value]
    bodies = [item for item in (value, *value.values()) if isinstance(item, Mapping) and "test_categories" in item]
    body = bodies[0] if bodies else {}
    tests = [
        test
        for category in _items(body.get("test_categories"))
        for test in _items(category.get("tests"))
        if "name" in test
    ]
    return body, tests


def _items(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; null members, which DCGM 3.1 prints between tests, are passed over."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _without_tests(gathered: Gathered, value: Any, body: Mapping[str, Any]) -> ToolReport:
    """A document that says only that the diagnostic could not run."""
    homes = (
        [item for item in (value, *value.values()) if isinstance(item, Mapping)] if isinstance(value, Mapping) else []
    )
    home = next((item for item in homes if item.get("runtime_error")), None)
    if home is None:
        raise UnreadableError("no test of DCGM in the JSON")
    text = str(home["runtime_error"])
    _note_versions(gathered, value, body or home)
    gathered.fact("runtime_error", text)
    gathered.found(class_of_no_run(text), "host", "dcgm.runtime_error", text)
    return gathered.failed(f"the diagnostic did not run: {text[:200]}")


def _note_versions(gathered: Gathered, document: Any, body: Mapping[str, Any]) -> None:
    homes = [
        home for home in (body, document, document.get("metadata"), body.get("metadata")) if isinstance(home, Mapping)
    ]
    for fact, keys in {
        "dcgm_version": ("version", "DCGM Version", "dcgm_version"),
        "driver": ("Driver Version Detected", "driver_version", "Driver Version"),
    }.items():
        value = next((home[key] for home in homes for key in keys if home.get(key)), None)
        gathered.fact(fact, word_or_unknown(value))


def _note_entities(gathered: Gathered, document: Any) -> None:
    """The parts that DCGM 4 lists apart from the tests, with serial number and PCI device number."""
    for group in _items(document.get("entity_groups") if isinstance(document, Mapping) else None):
        for entity in _items(group.get("entities")):
            if "entity_group" not in group or not isinstance(entity.get("entity_id"), int):
                continue  # cut before they were named
            part = f"{_group_of(group)}{entity['entity_id']}"
            for fact, key in (("serial", "serial_num"), ("device_id", "device_id")):
                if key in entity:
                    gathered.fact(f"{part}.{fact}", word_or_unknown(entity[key]))


def _group_of(holder: Mapping[str, Any]) -> str:
    return re.sub(r"[^a-z]", "", str(holder.get("entity_group", "GPU")).lower())[:20] or "gpu"


def _stated(test: Mapping[str, Any]) -> str | None:
    """The result of a test: as its summary states it, else the worst of its parts."""
    summary = test.get("test_summary")
    stated = summary.get("status") if isinstance(summary, Mapping) else None
    return result_word(stated) if stated else worst(result.status for result in _results(test))


def _results(test: Mapping[str, Any]) -> Iterator[_Result]:
    for result in _items(test.get("results")):
        yield _Result(
            parts=tuple(_parts(result)),
            status=result_word(result.get("status", "")),
            infos=tuple(_texts(result.get("info"))),
            warnings=tuple(_warnings(result.get("warnings"))),
        )


def _parts(result: Mapping[str, Any]) -> list[str]:
    group = _group_of(result)
    said = next((result[key] for key in ("entity_id", "gpu_ids", "gpu_id") if key in result), None)
    words = said if isinstance(said, list) else str(said).split(",")
    return [f"{group}{number}" for word in words if isinstance(number := number_or_unknown(word), int)]


def _texts(said: Any) -> list[str]:
    return [str(item) for item in said] if isinstance(said, list) else [said] if isinstance(said, str) else []


def _warnings(said: Any) -> Iterator[tuple[str, Any]]:
    for item in said if isinstance(said, list) else [said]:
        if isinstance(item, Mapping):
            yield str(item.get("warning", "")), item.get("error_id")
        elif isinstance(item, str) and item:
            yield item, None


def _note_test(gathered: Gathered, test: Mapping[str, Any], *, cut: bool) -> None:
    """Of a test that was cut, only a failure is known: the rest of its GPUs may have failed."""
    name, results, status = str(test["name"])[:100], list(_results(test)), _stated(test)
    gathered.fact(f"{name}.result", status if status == "Fail" or not cut else None)
    gathered.total(f"{name}.results", len(results))
    for result in results:
        for part in result.parts:
            gathered.fact(f"{name}.{part}", result.status)
            gathered.facts_of(f"{name}.{part}", _part_facts(result, part))
    _note_warnings(gathered, name, status, results, test.get("test_summary"))


def _part_facts(result: _Result, part: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"result": result.status, "info_count": len(result.infos)}
    rates = [
        number_or_unknown(match[1])
        for text in result.infos
        if (match := _GFLOPS.search(text)) and f"gpu{(_GPUS_IN_TEXT.search(text) or [0, part[3:]])[1]}" == part
    ]
    measured = {
        f"{signature_of(match[2]).removeprefix('dcgm.')}_{_UNITS[match[4]]}": number_or_unknown(match[3])
        for text in result.infos
        for match in _MEASURED.finditer(text[:10_000])
        if f"gpu{match[1] or part[3:]}" == part
    }
    ids = [error_id for _, error_id in result.warnings if isinstance(error_id, int)]
    return facts | measured | ({"gflops": rates[-1]} if rates else {}) | ({"error_id": ids[0]} if ids else {})


def _note_warnings(gathered: Gathered, name: str, status: str | None, results: list[_Result], summary: Any) -> None:
    """Each warning once: DCGM 4.5 repeats in the summary what it says of the parts."""
    told = [(result.parts, *warning) for result in results for warning in result.warnings]
    known = {(text, error_id) for _, text, error_id in told}
    held = list(_warnings(summary.get("warnings"))) if isinstance(summary, Mapping) else []
    told += [((), *warning) for warning in held if warning not in known]
    in_harness = status == "Fail" and bool(results) and worst(result.status for result in results) == "Pass"
    gathered.total(f"{name}.warnings", len(told))
    for index, (parts, text, error_id) in enumerate(told):
        named = _GPUS_IN_TEXT.search(text)
        part = parts[0] if len(parts) == 1 else f"gpu{named[1]}" if named else "host"
        gathered.fact(f"{name}.warning{index}", text)
        gathered.fact(f"{name}.warning{index}.gpu", int(part[3:]) if part.startswith("gpu") else None)
        if error_id is not None:
            gathered.fact(f"{name}.warning{index}.error_id", number_or_unknown(error_id))
        kind = class_of(text, error_id)
        if in_harness and kind is FindingClass.HARDWARE:
            kind = FindingClass.TOOL_ERROR
        gathered.found(kind, part, signature_of(name), f"{name}: {text}")
    if status == "Fail" and not told:
        for part in [part for result in results if result.status == "Fail" for part in result.parts] or ["host"]:
            gathered.found(class_of(name), part, signature_of(name), f"{name} failed on {part}")


def _note_totals(gathered: Gathered, tests: list[Mapping[str, Any]]) -> None:
    results = {str(test["name"])[:100]: str(gathered.facts[f"{str(test['name'])[:100]}.result"]) for test in tests}
    parts = [(part, result.status) for test in tests for result in _results(test) for part in result.parts]
    gathered.fact("gpus", len({part for part, _ in parts if part.startswith("gpu")}) or None)
    gathered.fact("tests", len(results))
    gathered.fact("failed", sum(result == "Fail" for result in results.values()))
    gathered.fact("warned", sum(result == "Warn" for result in results.values()))
    gathered.fact("skipped", sum(result in ("Skip", "Not Run") for result in results.values()))
    gathered.fact("entities_failed", sum(status == "Fail" for _, status in parts))
    summary = overall(results.values())
    gathered.fact("overall", summary if summary == "fail" or not gathered.cut else None)


def _note_fragment(gathered: Gathered, test: Mapping[str, Any]) -> None:
    """Facts of a lone test without its name in front, as there is only one."""
    name, results = str(test["name"])[:100], list(_results(test))
    gathered.facts_of("", {"test": name, "result": gathered.facts[f"{name}.result"], "entities": len(results)})
    for result in results:
        for part in result.parts:
            gathered.facts_of(part, {"gflops": None, **_part_facts(result, part)})

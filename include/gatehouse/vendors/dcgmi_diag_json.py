"""dcgmi diag -j of DCGM 2, 3 and 4: every test, its result, and the result of each GPU.

DCGM 2 and 3 list ``gpu_ids`` or ``gpu_id``; DCGM 4 lists entities and caps the number of infos, so that a GPU without
an info was measured all the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.dcgm_causes import class_of, overall, result_word, signature_of, worst
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_RESULTS_DEPTH = 7  # document, diagnostic, categories, category, tests, test, results: their members are records
_RESULTS_DEPTH_OF_FRAGMENT = 2  # test, results
_GFLOPS = re.compile(r"calculated at approximately ([\d.]{1,20}) gigaflops")
_GPUS_IN_TEXT = re.compile(r"\bGPU (\d{1,4})\b")
_ANSWERS = frozenset(range(256))  # dcgmi exits with an error number when a test fails: that is its answer


@dataclass(frozen=True, slots=True)
class _Result:
    """The result of a test on some GPUs (none: on the host)."""

    gpus: tuple[int, ...]
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
    found = gathered_json(gathered, text, _RESULTS_DEPTH if "test_categories" in text else _RESULTS_DEPTH_OF_FRAGMENT)
    body, tests = _diagnostic(found.value)
    if not tests:
        return _without_tests(gathered, found.value)
    gathered.fact("valid_json", found.valid)
    _note_versions(gathered, found.value, body)
    for test in tests:
        _note_test(gathered, test, cut=found.cut and test is tests[-1])
    _note_totals(gathered, tests)
    if isinstance(found.value, Mapping) and "results" in found.value:
        gathered.incomplete("a fragment: one test without its document")
        _note_fragment(gathered, tests[0])
    return gathered.done(_ANSWERS)


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


def _without_tests(gathered: Gathered, value: Any) -> ToolReport:
    """A document that says only that the diagnostic could not run."""
    texts = [value, *value.values()] if isinstance(value, Mapping) else []
    errors = [item.get("runtime_error") for item in texts if isinstance(item, Mapping) and item.get("runtime_error")]
    if not errors:
        raise UnreadableError("no test of DCGM in the JSON")
    gathered.found(class_of(str(errors[0])), "host", "dcgm.runtime_error", str(errors[0]))
    return gathered.failed(f"the diagnostic did not run: {str(errors[0])[:200]}")


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


def _results(test: Mapping[str, Any]) -> Iterator[_Result]:
    for result in _items(test.get("results")):
        yield _Result(
            gpus=tuple(_gpus(result)),
            status=result_word(result.get("status", "")),
            infos=tuple(_texts(result.get("info"))),
            warnings=tuple(_warnings(result.get("warnings"))),
        )


def _gpus(result: Mapping[str, Any]) -> list[int]:
    if "entity_id" in result:
        said = result["entity_id"] if str(result.get("entity_group", "GPU")).upper() == "GPU" else None
    else:
        said = next((result[key] for key in ("gpu_ids", "gpu_id") if key in result), None)
    words = said if isinstance(said, list) else str(said).split(",")
    return [number for word in words if isinstance(number := number_or_unknown(word), int)]


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
    name, results = str(test["name"])[:100], list(_results(test))
    summary = test.get("test_summary")
    stated = summary.get("status") if isinstance(summary, Mapping) else None
    status = result_word(stated) if stated else worst(result.status for result in results)
    gathered.fact(f"{name}.result", status if status == "Fail" or not cut else None)
    gathered.fact(f"{name}.results", len(results))
    for result in results:
        for gpu in result.gpus:
            gathered.facts_of(f"{name}.gpu{gpu}", _gpu_facts(result, gpu))
    _note_findings(gathered, name, status, results, summary)


def _gpu_facts(result: _Result, gpu: int) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"result": result.status, "info_count": len(result.infos)}
    rates = [
        number_or_unknown(match[1])
        for text in result.infos
        if (match := _GFLOPS.search(text)) and int((_GPUS_IN_TEXT.search(text) or [0, gpu])[1]) == gpu
    ]
    return facts | ({"gflops": rates[-1]} if rates else {})


def _note_findings(gathered: Gathered, name: str, status: str | None, results: list[_Result], summary: Any) -> None:
    explained = False
    held = list(_warnings(summary.get("warnings"))) if isinstance(summary, Mapping) else []
    for gpus, warnings in [*((result.gpus, result.warnings) for result in results), ((), tuple(held))]:
        for text, error_id in warnings:
            named = _GPUS_IN_TEXT.search(text)
            part = f"gpu{gpus[0]}" if len(gpus) == 1 else f"gpu{named[1]}" if named else "host"
            gathered.found(class_of(text, error_id), part, signature_of(name), f"{name}: {text}")
            explained = True
    if status == "Fail" and not explained:
        for result in results:
            for gpu in result.gpus if result.status == "Fail" else ():
                gathered.found(class_of(""), f"gpu{gpu}", signature_of(name), f"{name} failed on GPU {gpu}")


def _note_totals(gathered: Gathered, tests: list[Mapping[str, Any]]) -> None:
    results = {str(test["name"])[:100]: str(gathered.facts[f"{str(test['name'])[:100]}.result"]) for test in tests}
    gpus = {gpu for test in tests for result in _results(test) for gpu in result.gpus}
    gathered.fact("gpus", len(gpus))
    gathered.fact("tests", len(results))
    gathered.fact("failed", sum(result == "Fail" for result in results.values()))
    gathered.fact("skipped", sum(result in ("Skip", "Not Run") for result in results.values()))
    summary = overall(results.values())
    gathered.fact("overall", summary if summary == "fail" or not gathered.cut else None)


def _note_fragment(gathered: Gathered, test: Mapping[str, Any]) -> None:
    """Facts of a lone test without its name in front, as there is only one."""
    name, results = str(test["name"])[:100], list(_results(test))
    gathered.facts_of("", {"test": name, "result": gathered.facts[f"{name}.result"], "entities": len(results)})
    for result in results:
        for gpu in result.gpus:
            gathered.facts_of(f"gpu{gpu}", {"gflops": None, **_gpu_facts(result, gpu)})

"""What the OCP Test & Validation output specification v2.0 asks of each line, written from its tables of fields.

``broken(lines)`` gives every rule that a stream breaks. A form maps a key to (required, what its value must be);
``Choice`` is an object that holds exactly one of some keys. Keys that are not named are refused, as the JSON schemas of
opencomputeproject/ocp-diag-core (json_spec/output) do; ``file`` and ``extension`` may hold more there.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]
SEQUENCE_MAX = 2**31 - 1
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def kind(*types: type) -> Rule:
    """A value of one of these types; a yes/no is no number."""

    def rule(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            yield f"{where}: {value!r} is no {' or '.join(t.__name__ for t in types)}"

    return rule


def word(*words: str | int) -> Rule:
    """One of these words or numbers."""

    def rule(value: Any, where: str) -> Iterator[str]:
        if value not in words:
            yield f"{where}: {value!r} is none of {', '.join(map(str, words))}"

    return rule


def list_of(item: Rule) -> Rule:
    """A list whose items keep a rule."""

    def rule(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for index, each in enumerate(value):
            yield from item(each, f"{where}[{index}]")

    return rule


@dataclass(frozen=True)
class Form:
    """An object: keys that must be, keys that may be; others are refused unless ``open``."""

    must: Mapping[str, Rule] = field(default_factory=dict)
    may: Mapping[str, Rule] = field(default_factory=dict)
    open: bool = False

    def __call__(self, value: Any, where: str) -> Iterator[str]:
        """Every rule that the object breaks."""
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is no object"
            return
        yield from (f"{where}: {key} is absent" for key in self.must if key not in value)
        rules = {**self.must, **self.may}
        for key, each in value.items():
            if key in rules:
                yield from rules[key](each, f"{where}.{key}")
            elif not self.open:
                yield f"{where}: {key} is not of the specification"


@dataclass(frozen=True)
class Choice:
    """An object that holds exactly one of some keys, beside those that it always holds."""

    always: Mapping[str, Rule]
    one_of: Mapping[str, Rule]

    def __call__(self, value: Any, where: str) -> Iterator[str]:
        """Every rule that the object breaks."""
        chosen = [key for key in self.one_of if isinstance(value, dict) and key in value]
        if len(chosen) != 1:
            yield f"{where}: holds {chosen}, must be exactly one of {', '.join(self.one_of)}"
            return
        yield from Form({**self.always, chosen[0]: self.one_of[chosen[0]]})(value, where)


TEXT, OBJECT, SCALAR = kind(str), kind(dict), kind(str, bool, int, float)
STATUS, RESULT = word("COMPLETE", "ERROR", "SKIP"), word("NOT_APPLICABLE", "PASS", "FAIL")
SOURCE = Form({"file": TEXT, "line": kind(int)})
SUBCOMPONENT = Form(
    {"name": TEXT},
    {"type": word("UNSPECIFIED", "ASIC", "ASIC-SUBSYSTEM", "BUS", "FUNCTION", "CONNECTOR"),
     "location": TEXT, "version": TEXT, "revision": TEXT},
)  # fmt: skip
_COMPARED = ("EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL")
VALIDATOR = Form(
    {"type": word(*_COMPARED, "NOT_EQUAL", "REGEX_MATCH", "REGEX_NO_MATCH", "IN_SET", "NOT_IN_SET"), "value": SCALAR},
    {"name": TEXT, "metadata": OBJECT},
)
_MEASURED = {"unit": TEXT, "validators": list_of(VALIDATOR), "hardwareInfoId": TEXT, "subcomponent": SUBCOMPONENT,
             "metadata": OBJECT}  # fmt: skip
LOG = Form(
    {"severity": word("INFO", "DEBUG", "WARNING", "ERROR", "FATAL"), "message": TEXT}, {"sourceLocation": SOURCE}
)
ERROR = Form({"symptom": TEXT}, {"message": TEXT, "softwareInfoIds": list_of(TEXT), "sourceLocation": SOURCE})
_HARDWARE = ("version", "revision", "location", "serialNumber", "partNumber", "partType", "manufacturer",
             "manufacturerPartNumber", "odataId", "computerSystem", "manager")  # fmt: skip
_SOFTWARE = {**dict.fromkeys(("version", "revision", "computerSystem"), TEXT),
             "softwareType": word("UNSPECIFIED", "FIRMWARE", "SYSTEM", "APPLICATION")}  # fmt: skip
DUT = Form(
    {"dutInfoId": TEXT},
    {
        "name": TEXT,
        "platformInfos": list_of(Form({"info": TEXT})),
        "softwareInfos": list_of(Form({"name": TEXT, "softwareInfoId": TEXT}, _SOFTWARE)),
        "hardwareInfos": list_of(Form({"name": TEXT, "hardwareInfoId": TEXT}, dict.fromkeys(_HARDWARE, TEXT))),
        "metadata": OBJECT,
    },
)
RUN = Choice(
    {},
    {
        "testRunStart": Form(
            {"name": TEXT, "version": TEXT, "commandLine": TEXT, "parameters": OBJECT, "dutInfo": DUT},
            {"metadata": OBJECT},
        ),
        "testRunEnd": Form({"status": STATUS, "result": RESULT}),
        "log": LOG,
        "error": ERROR,
    },
)
STEP = Choice(
    {"testStepId": TEXT},
    {
        "testStepStart": Form({"name": TEXT}),
        "testStepEnd": Form({"status": STATUS}),
        "measurement": Form({"name": TEXT, "value": SCALAR}, _MEASURED),
        "measurementSeriesStart": Form({"name": TEXT, "measurementSeriesId": TEXT}, _MEASURED),
        "measurementSeriesEnd": Form({"measurementSeriesId": TEXT, "totalCount": kind(int)}),
        "measurementSeriesElement": Form(
            {"index": kind(int), "value": SCALAR, "timestamp": TEXT, "measurementSeriesId": TEXT}, {"metadata": OBJECT}
        ),
        "error": ERROR,
        "log": LOG,
        "diagnosis": Form(
            {"verdict": TEXT, "type": word("PASS", "FAIL", "UNKNOWN")},
            {"message": TEXT, "hardwareInfoId": TEXT, "subcomponent": SUBCOMPONENT, "sourceLocation": SOURCE},
        ),
        "file": Form({"displayName": TEXT, "uri": TEXT, "isSnapshot": kind(bool)}, open=True),
        "extension": Form({"name": TEXT, "content": OBJECT}, open=True),
    },
)
ROOT = Choice(
    {"sequenceNumber": kind(int), "timestamp": TEXT},
    {
        "schemaVersion": Form({"major": word(2), "minor": word(0)}),
        "testRunArtifact": RUN,
        "testStepArtifact": STEP,
    },
)


def broken(lines: Iterable[str]) -> list[str]:
    """Every rule that the lines of an output break, those of a line and those of their order."""
    said: list[str] = []
    artifacts = []
    for number, line in enumerate(lines):
        line.encode("utf-8")  # a lone surrogate is no text
        artifact = json.loads(line, parse_constant=_no_json)
        artifacts.append(artifact)
        said += ROOT(artifact, f"line {number}")
        said += _numbering(artifact, number)
    return said + list(_order(artifacts))


def _no_json(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def _numbering(artifact: Mapping[str, Any], number: int) -> Iterator[str]:
    if artifact.get("sequenceNumber") != number or number > SEQUENCE_MAX:
        yield f"line {number}: sequenceNumber is {artifact.get('sequenceNumber')}"
    if not _TIME.fullmatch(str(artifact.get("timestamp"))):
        yield f"line {number}: {artifact.get('timestamp')} is no RFC 3339 time in UTC, written with Z"


def _order(artifacts: list[dict[str, Any]]) -> Iterator[str]:
    """First the version, then the run's start; its end last; each step opened and closed once; ids that exist."""
    if not artifacts or "schemaVersion" not in artifacts[0]:
        yield "the first line is no schemaVersion"
        return
    runs = [next(iter(a["testRunArtifact"])) if "testRunArtifact" in a else "" for a in artifacts]
    if len(runs) < 3 or runs[1] != "testRunStart" or runs[-1] != "testRunEnd":
        yield "the run does not start on the second line and end on the last"
        return
    if runs.count("testRunStart") != 1 or runs.count("testRunEnd") != 1:
        yield "the run starts or ends twice"
    end = artifacts[-1]["testRunArtifact"]["testRunEnd"]
    if (end["status"] == "COMPLETE") is (end["result"] == "NOT_APPLICABLE"):
        yield f"the run ends as {end['status']} {end['result']}"
    hardware = {
        h["hardwareInfoId"] for h in artifacts[1]["testRunArtifact"]["testRunStart"]["dutInfo"]["hardwareInfos"]
    }
    yield from _steps([a["testStepArtifact"] for a in artifacts if "testStepArtifact" in a], hardware)


def _steps(steps: list[dict[str, Any]], hardware: set[str]) -> Iterator[str]:
    state: dict[str, str] = {}
    for step in steps:
        name = step["testStepId"]
        if "testStepStart" in step:
            yield from [f"step {name} starts twice"] if name in state else []
            state[name] = "open"
        elif state.get(name) != "open":
            yield f"step {name} says something while it is not open"
        if "testStepEnd" in step:
            state[name] = "closed"
        for content in step.values():
            known = content.get("hardwareInfoId") if isinstance(content, dict) else None
            if known is not None and known not in hardware:
                yield f"step {name} names hardware {known!r}, which dutInfo does not list"
    yield from (f"step {name} never ends" for name, how in state.items() if how != "closed")

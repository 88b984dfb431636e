"""The artifacts of OCP Test & Validation output, versions 1 and 2 read alike.

Version 1 says symptom/msg, info/element, text and totalMeasurementCount where version 2 says verdict/message, the
fields themselves, message and totalCount (github.com/opencomputeproject/ocp-diag-core, json_spec).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatehouse.model.readings import Scalar
from gatehouse.vendors.quantities import number_or_unknown

_ENVELOPES = ("testRunArtifact", "testStepArtifact")
_MAX_TEXT = 500
_MAX_PART = 100
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One line: its kind (``diagnosis``, ``log``, …), its content, its step; those of the run have none."""

    kind: str
    content: Mapping[str, Any]
    step: str


def artifact_of(item: Mapping[str, Any]) -> Artifact | None:
    """The artifact of one line; None for the schema's version, and for what is none."""
    for envelope in _ENVELOPES:
        body = item.get(envelope)
        if isinstance(body, Mapping):
            kind = next((name for name, content in body.items() if isinstance(content, Mapping)), None)
            if kind is not None:
                step = body.get("testStepId")
                return Artifact(kind, body[kind], "" if step is None else str(step)[:_MAX_PART])
    return None


def sequence_of(item: Mapping[str, Any]) -> int | None:
    """The sequence number, which protobuf's JSON writes as text."""
    said = item.get("sequenceNumber")
    number = None if isinstance(said, bool) else number_or_unknown(said)
    return int(number) if isinstance(number, (int, float)) and number == int(number) and number >= 0 else None


def of_kind(artifacts: Sequence[Artifact], *kinds: str) -> list[Artifact]:
    """The artifacts of these kinds, in order."""
    return [artifact for artifact in artifacts if artifact.kind in kinds]


def text(value: Any) -> str | None:
    """Some text, bounded; None for what is no text or has nothing in it."""
    return value[:_MAX_TEXT] if isinstance(value, str) and value else None


def message_of(content: Mapping[str, Any]) -> str:
    """What an artifact says in words."""
    return next((said for key in ("message", "msg", "text") if (said := text(content.get(key)))), "")


def symptom_of(content: Mapping[str, Any]) -> str | None:
    """The verdict of a diagnosis, or the symptom of an error or of version 1."""
    return text(content.get("verdict")) or text(content.get("symptom"))


def outcome_of(diagnosis: Mapping[str, Any]) -> str:
    """``PASS``, ``FAIL``, ``UNKNOWN`` or what it says instead."""
    return str(diagnosis.get("type")).upper()[:20]


def word_of(content: Mapping[str, Any]) -> str:
    """The same as a word for a signature."""
    return _SPACE.sub("_", (symptom_of(content) or "").strip())[:_MAX_PART]


def hardware_of(content: Mapping[str, Any]) -> list[str]:
    """Identities of the hardware that it is about: version 1 gives a list, version 2 one."""
    said = content.get("hardwareInfoId")
    listed = said if isinstance(said, list) else [said]
    known = (item for item in listed if isinstance(item, (str, int)) and not isinstance(item, bool))
    return [str(item)[:_MAX_PART] for item in known if item != ""]


def value_of(value: Any) -> Scalar:
    """A measured value: a number, a truth or a text; None for what is none."""
    if isinstance(value, bool):
        return value
    return value[:_MAX_TEXT] if isinstance(value, str) else number_or_unknown(value)


def hardware_names(duts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What people call each piece of hardware: its identity, or where that is a bare number its name or place.

    A name that several pieces bear tells none of them, so they keep their numbers.
    """
    named = [(str(each.get("hardwareInfoId", "")), _called(each)) for each in components_of(duts)]
    bearers = Counter(name for _, name in named)
    return {number: name if number.isdecimal() and name and bearers[name] == 1 else number for number, name in named}


def _called(component: Mapping[str, Any]) -> str | None:
    place = component.get("fruLocation")
    path = text(place.get("devpath") if isinstance(place, Mapping) else component.get("location"))
    return text(component.get("name")) or (path.rstrip("/").rsplit("/", 1)[-1] if path else None)


def subcomponent_of(content: Mapping[str, Any]) -> list[str]:
    """The part of the hardware that it is about, where it names one."""
    said = content.get("subcomponent")
    name = text(said.get("name")) if isinstance(said, Mapping) else None
    return [name[:_MAX_PART]] if name else []


def part_of(content: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The hardware as people call it, with its subcomponent: ``gpu1.hbm``; ``host`` where it names none."""
    hardware = ", ".join(names.get(identity) or identity for identity in hardware_of(content))
    return ".".join([*([hardware] if hardware else []), *subcomponent_of(content)])[:_MAX_PART] or "host"


def components_of(duts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every piece of hardware that the run declares."""
    listed = (dut.get("hardwareComponents") or dut.get("hardwareInfos") for dut in duts)
    return [item for some in listed if isinstance(some, list) for item in some if isinstance(item, Mapping)]

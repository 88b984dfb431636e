"""dcgmi nvlink: the error counters of one GPU's links (-e, as JSON or as a table), or the state of every link (-s).

The GPU's number stands among the headings. From Blackwell on the counters are of the GPU as a whole ("Error Detail").
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.box_table import is_border
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_LINK = re.compile(r"Link (\d{1,3})")
_WHOLE_GPU = "Error Detail"
_GPU = re.compile(r"GPU(?: ID:?)? ?(\d{1,4})")
_PLACE = re.compile(r"\s*(gpuId|physicalId) (\d{1,4}):\s*$")
_STATUS = re.compile(r"NvLink Link Status|^\s*gpuId \d{1,4}:\s*$", re.MULTILINE)
_STATES = re.compile(r"\s*[UDX_](?: [UDX_]){0,63}\s*$")
_WORDS = {"U": "Up", "D": "Down", "X": "Disabled", "_": None}
_KEY = "Key: Up=U, Down=D, Disabled=X, Not Supported=_"
_START = re.compile(r"^[ \t]*\{", re.MULTILINE)
Counters = dict[str, dict[str, Fact]]


@reads("dcgmi-nvlink-json")
def read_dcgmi_nvlink_json(said: Completed) -> ToolReport:
    """Counters by link: CRC data and flit errors, recoveries, replays; or links by state.

    Raises:
        UnreadableError: there is no link in the output.
    """
    gathered, text = gather("dcgmi-nvlink-json", said)
    if _STATUS.search(text):
        return _status(gathered, text)
    gpu, counters = _from_json(gathered, text) if _START.search(text) else _from_table(gathered, text)
    if not counters:
        raise UnreadableError("no NVLink in the output")
    gathered.fact("gpu", gpu)
    gathered.total("links", sum(place != _WHOLE_GPU for place in counters) or None)
    for place, values in counters.items():
        link = _LINK.fullmatch(place)
        gathered.facts_of(f"link{link[1]}" if link else "", values)
    return gathered.done()


def _from_json(gathered: Gathered, text: str) -> tuple[int | None, Counters]:
    found = gathered_json(gathered, text, record_depth=2)
    document = found.value if isinstance(found.value, Mapping) else {}
    headings = document.get("header")
    counters: Counters = {
        name: {_key(counter): _number(value) for counter, value in _children(body.get("children"))}
        for name, body in _children(document.get("body"))
        if isinstance(body, Mapping) and (_LINK.fullmatch(name) or name == _WHOLE_GPU)
    }
    return _gpu_of(headings if isinstance(headings, list) else []), counters


def _from_table(gathered: Gathered, text: str) -> tuple[int | None, Counters]:
    """Rows of a link, a counter's name and its value; the link may stand alone above its counters."""
    lines = whole_lines(gathered, text)
    if not any("nvlink error counts" in line.lower() for line in lines):
        raise UnreadableError("no table of NVLink errors")
    counters: Counters = {}
    drawn = [line for line in lines if line.lstrip().startswith(("|", "+"))]
    if not is_border(drawn[-1] if drawn else ""):
        gathered.was_cut("the table has no bottom border")
    place = ""
    for line in lines:
        cells = [cell.strip().removeprefix("->").strip() for cell in line[:1000].strip().strip("|").split("|")]
        if _LINK.fullmatch(cells[0]) or cells[0] == _WHOLE_GPU:
            place = cells.pop(0)
        if place and len(cells) == 2 and cells[0] and cells[1]:
            counters.setdefault(place, {})[_key(cells[0])] = number_or_unknown(cells[1])
    return _gpu_of([line for line in lines if "|" in line]), counters


def _status(gathered: Gathered, text: str) -> ToolReport:
    """``U U D X _`` below each GPU and NVSwitch: what is down is the link's trouble, what is disabled was meant."""
    part, places = "", 0
    totals = {"Up": 0, "Down": 0, "Disabled": 0}
    for line in whole_lines(gathered, text):
        if (place := _PLACE.fullmatch(line)) is not None:
            part = f"{'gpu' if place[1] == 'gpuId' else 'nvswitch'}{place[2]}"
        elif part and _STATES.fullmatch(line):
            states = [_WORDS[letter] for letter in line.split()]
            for index, word in enumerate(states):
                if word is not None:
                    totals[word] += 1
                    gathered.fact(f"{part}.link{index}.state", word)
                if word == "Down":
                    text_ = f"NVLink {index} of {part} is down"
                    gathered.found(FindingClass.HARDWARE, f"{part}.link{index}", "nvlink.down", text_)
            gathered.fact(f"{part}.links", sum(word is not None for word in states))
            part, places = "", places + 1
    if not places:
        raise UnreadableError("no GPU with the state of its NVLinks")
    for word, count in totals.items():
        gathered.total(f"links_{word.lower()}", count)
    if _KEY not in text:
        gathered.was_cut("the key, which comes last, is absent")
    return gathered.done()


def _gpu_of(headings: list[Any]) -> int | None:
    return next((int(match[1]) for words in headings if (match := _GPU.search(str(words)))), None)


def _key(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _number(counter: Any) -> int | float | None:
    return number_or_unknown(counter.get("value") if isinstance(counter, Mapping) else counter)


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    return ((str(name), body) for name, body in value.items()) if isinstance(value, Mapping) else iter(())

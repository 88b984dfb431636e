"""dcgmi nvlink -e -j: error counters of each link of one GPU; the GPU's number stands in the list of headings."""

import re
from collections.abc import Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.gathered import gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_LINK = re.compile(r"Link (\d{1,3})")
_GPU = re.compile(r"GPU ?(\d{1,4})")


@reads("dcgmi-nvlink-json")
def read_dcgmi_nvlink_json(said: Completed) -> ToolReport:
    """Counters by link: CRC data and flit errors, recoveries, replays.

    Raises:
        UnreadableError: there is no link in the JSON.
    """
    gathered, text = gather("dcgmi-nvlink-json", said)
    found = gathered_json(gathered, text, record_depth=2)
    document = found.value if isinstance(found.value, Mapping) else {}
    links = {int(match[1]): body for name, body in _children(document.get("body")) if (match := _LINK.fullmatch(name))}
    if not links:
        raise UnreadableError("no NVLink in the JSON")
    headings = document.get("header")
    gpus = [
        match[1] for words in (headings if isinstance(headings, list) else []) if (match := _GPU.search(str(words)))
    ]
    gathered.fact("gpu", int(gpus[0]) if gpus else None)
    gathered.fact("links", len(links))
    for link, body in links.items():
        for name, counter in _children(body.get("children") if isinstance(body, Mapping) else None):
            key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
            value = counter.get("value") if isinstance(counter, Mapping) else counter
            gathered.fact(f"link{link}.{key}", number_or_unknown(value))
    return gathered.done()


def _children(value: Any) -> list[tuple[str, Any]]:
    return [(str(name), body) for name, body in value.items()] if isinstance(value, Mapping) else []

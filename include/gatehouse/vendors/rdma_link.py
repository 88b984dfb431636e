"""``rdma link`` of iproute2: RDMA links and their state, as text or JSON (``-j``).

``link mlx5_0/1 [subnet_prefix … lid …] state ACTIVE physical_state LINK_UP netdev eth0``; older versions begin with an
index, ``1/1: mlx5_0/1:``. The words after the name are pairs.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, json_of, lines_of, text_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "rdma-link"
_LINE = re.compile(r"(?:link |\d{1,5}/\d{1,5}: )([\w.-]{1,64})/(\d{1,3}):? (.{1,300})")
_JSON = re.compile(r"^[ \t]{0,16}\[\s{0,8}\{", re.MULTILINE)
_CLOSED = re.compile(r".{1,200} physical_state (?:LINK_UP|DISABLED|POLLING|SLEEP|LINK_ERROR_RECOVER|PHY_TEST)")
_PAIRS = re.compile(r"(?<![\w.-])(state|physical_state|netdev|lid|netdev_index) (\S{1,64})")

_Link = tuple[str, str, dict[str, str]]


@reads(_TOOL)
def read_rdma_link(said: Completed) -> ToolReport:
    """State, physical state and network device of each link; ``not_active`` lists those that carry nothing.

    Raises:
        UnreadableError: no link in the output.
    """
    is_json = bool(_JSON.search(text_of(said)))
    lines = Lines((), "") if is_json else lines_of(said).with_tail(_CLOSED)
    found = _once(_from_json(json_of(said)) if is_json else _from_text(lines))
    if not found:
        raise UnreadableError("no link with a state: not rdma link, or no RDMA device")
    draft = Draft(_TOOL, said)
    draft.total("links", len(found))
    names = Counter(name for name, _, _ in found)
    not_active = []
    for name, port, words in found:
        part = name if names[name] == 1 else f"{name}.port{port}"
        draft.fact(f"{part}.state", words.get("state"))
        draft.fact(f"{part}.phys", words.get("physical_state"))
        draft.fact(f"{part}.netdev", words.get("netdev"))
        if "lid" in words:
            draft.fact(f"{part}.lid", number_or_unknown(words["lid"]))
        if words.get("state") != "ACTIVE":
            not_active.append(part)
    draft.total("not_active", not_active)
    draft.total("active", len(found) - len(not_active))
    draft.note_end(lines)
    return draft.done()


def _once(links: Iterator[_Link]) -> list[_Link]:
    """Each link once, where an output stands twice in one."""
    return list({link[:2]: link for link in reversed(list(links))}.values())[::-1]


def _from_text(lines: Lines) -> Iterator[_Link]:
    whole_words = lines.tail.rpartition(" ")[0]  # of a last line without its end, the last word may be cut
    for line in (*lines, whole_words):
        if match := _LINE.fullmatch(line.strip()):
            words = dict(_PAIRS.findall(match.group(3)))
            if "state" in words:
                yield match.group(1), match.group(2), words


def _from_json(document: Any) -> Iterator[_Link]:
    for row in document if isinstance(document, list) else []:
        name, state = text_at(row, "ifname"), text_at(row, "state")
        if name and state:
            pairs = {key: text_at(row, key) for key in ("state", "physical_state", "netdev", "lid")}
            device, _, port = name.partition("/")
            yield device, text_at(row, "port") or port or "1", {key: value for key, value in pairs.items() if value}

"""The newest entries of a log of a BMC, however many pages it has.

The pages of one log become one document, with the members as the BMC sent them. Logs hold thousands of entries and most
BMCs list the oldest first, so the end of a long one is asked for by ``$skip``; a BMC that takes no notice of it is read
page by page.
"""

import json
from dataclasses import replace
from typing import Any

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.transport.redfish_login import is_ours, shown
from gatehouse.transport.redfish_talk import Got, Talk

_MEMBERS, _NEXT, _COUNT = "Members", "Members@odata.nextLink", "Members@odata.count"
_MOST_PAGES = 40


def read_log(talk: Talk, path: str, command: Command) -> Completed:
    """The newest entries of a log, as one fetch of it."""
    asked = replace(command, argv=("GET", path))
    first = talk.get(path, command)
    document = first.document
    if document is None or not isinstance(document.get(_MEMBERS), list) or document.get(_NEXT) is None:
        return replace(first.completed, command=asked)
    most, count = talk.limits.entries, document.get(_COUNT)
    if isinstance(count, int) and count > most and _oldest_first(document[_MEMBERS]):
        jumped = talk.get(f"{path}?$skip={count - most}", command)
        if _goes_on_elsewhere(jumped, document):
            return _joined(talk, jumped, [], asked, count)
    return _joined(talk, first, [], asked, count)


def _joined(talk: Talk, page: Got, entries: list[Any], asked: Command, count: Any) -> Completed:
    """This page and those after it. The log is cut where a page does not come, or when there is no end of pages."""
    first, newest_last = page, _oldest_first(page.document[_MEMBERS]) if page.document else True
    for number in range(1, _MOST_PAGES + 1):
        if page.document is None or not isinstance(page.document.get(_MEMBERS), list):
            return _cut(page, f"page {number} of {asked.argv[1]}: {page.completed.note or 'no JSON object'}", asked)
        entries += page.document[_MEMBERS]
        following = page.document.get(_NEXT)
        if following is None or (not newest_last and len(entries) >= talk.limits.entries):
            break
        if not is_ours(following):
            return _cut(page, f"{asked.argv[1]} goes on at {shown(following)}, which is no place of this BMC", asked)
        page = talk.get(str(following), asked)
    else:
        return _cut(page, f"{asked.argv[1]} has more than {_MOST_PAGES} pages", asked)
    kept = entries[-talk.limits.entries :] if newest_last else entries[: talk.limits.entries]
    whole = {k: v for k, v in (first.document or {}).items() if k not in (_NEXT, _MEMBERS)}
    try:
        text = json.dumps(whole | {_COUNT: len(kept), _MEMBERS: kept}).encode()
    except RecursionError:
        return _cut(first, f"{asked.argv[1]} is nested too deep", asked)
    note = f"the newest {len(kept)} of {count} entries" if isinstance(count, int) and count > len(kept) else ""
    return replace(first.completed, command=asked, stdout=text, note=note)


def _cut(page: Got, why: str, asked: Command) -> Completed:
    ended = page.completed.ended if page.completed.ended in (Ended.TIMED_OUT, Ended.NOT_RUN) else Ended.CUT
    return replace(page.completed, command=asked, ended=ended, exit_code=None, note=why)


def _oldest_first(entries: list[Any]) -> bool:
    """Whether a page's times go up; most BMCs list so, and where nothing tells it is taken for granted."""
    told = [entry.get("Created") for entry in entries[:1] + entries[-1:] if isinstance(entry, dict)]
    times = [time for time in told if isinstance(time, str)]
    return len(times) < 2 or times[0] <= times[1]


def _goes_on_elsewhere(jumped: Got, first: dict[str, Any]) -> bool:
    """Whether ``$skip`` was understood: another page than the first came."""
    members = jumped.document.get(_MEMBERS) if jumped.document is not None else None
    return isinstance(members, list) and bool(members) and members[:1] != first[_MEMBERS][:1]

"""Finds the resources that a pattern such as ``/redfish/v1/Chassis/*/Thermal`` stands for, by the BMC's own links.

A word of the pattern is a link of the resource before it, or a member's id; ``*`` is every member of a collection. A
link that the BMC does not offer leads to nothing: boards without sensors and BMCs of another generation are no error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.resource_parts import last_segment, part_of
from gatehouse.transport.bmc_session import Fetched
from gatehouse.transport.redfish_log import read_log
from gatehouse.transport.redfish_login import is_ours, shown
from gatehouse.transport.redfish_talk import ROOT, Got, Talk

_LOG_ENTRIES = "Entries"
_MEMBERS, _NEXT, _COUNT, _ID = "Members", "Members@odata.nextLink", "Members@odata.count", "@odata.id"


class _LostError(Exception):
    """A branch of the walk ends here; ``completed`` says why."""

    def __init__(self, completed: Completed) -> None:
        super().__init__(completed.note)
        self.completed = completed


@dataclass
class Walk:
    """The walks of one visit. ``expands`` is the query by which this BMC puts members into a collection, or empty."""

    talk: Talk
    expands: str = ""
    _seen: set[str] = field(default_factory=set)

    def fetch(self, command: Command) -> tuple[Fetched, ...]:
        """Everything that the BMC has of a command's patterns; at least one answer, be it that there is nothing."""
        self._seen = set()
        found = []
        for pattern in command.argv:
            segments = pattern.removeprefix(ROOT).split("/")
            found += self._branch(ROOT, segments, "", command)
        if not found:
            note = f"the BMC has no {' and no '.join(command.argv)}"
            found = [Fetched("", Completed(replace(command, argv=("GET", command.argv[0])), Ended.MISSING, note=note))]
        return _numbered(found, command)

    def _branch(self, path: str, segments: Sequence[str], part: str, command: Command) -> list[Fetched]:
        """What is under a resource; a branch that cannot be walked is an answer too."""
        try:
            return list(self._below(path, segments, part, command))
        except _LostError as lost:
            return [Fetched(part, lost.completed)]

    def _below(self, path: str, segments: Sequence[str], part: str, command: Command) -> Iterator[Fetched]:
        if not segments:
            yield from self._leaf(path, part, command)
            return
        head, rest = segments[0], segments[1:]
        if head != "*":
            link = self._link(self._document(path, command), path, head, command)
            if link is not None:
                is_log = head == _LOG_ENTRIES and not rest
                yield from self._log(link, part, command) if is_log else self._branch(link, rest, part, command)
            return
        members, whole = self._members(path, command)
        if whole is not None and not rest:
            yield Fetched(part, whole, expanded=True)
            return
        for member in members:
            name = part_of(last_segment(path), last_segment(member))
            yield from self._branch(member, rest, f"{part}.{name}" if part else name, command)

    def _leaf(self, path: str, part: str, command: Command) -> Iterator[Fetched]:
        if path in self._seen:
            return
        self._seen.add(path)
        if self.talk.came_inside(path):
            self.talk.forget(path)
        got = self.talk.get(path, command)
        if not got.absent:
            yield Fetched(part, replace(got.completed, command=replace(command, argv=("GET", path))))

    def _log(self, path: str, part: str, command: Command) -> Iterator[Fetched]:
        if path not in self._seen:
            self._seen.add(path)
            completed = read_log(self.talk, path, command)
            if completed.ended is not Ended.MISSING:
                yield Fetched(part, completed)

    def _document(self, path: str, command: Command) -> dict[str, Any]:
        got = self.talk.get(path, command)
        if got.document is not None:
            return got.document
        if got.absent:
            return {}
        code, note = got.completed.exit_code or None, got.completed.note or f"{path} is no JSON object"
        asked = replace(command, argv=("GET", path))
        raise _LostError(replace(got.completed, command=asked, exit_code=code, note=note))

    def _link(self, document: dict[str, Any], path: str, name: str, command: Command) -> str | None:
        """Where a link of a resource leads, or the member of that id; None where there is neither."""
        value = document.get(name)
        if isinstance(value, dict) and _ID in value:
            return self._ours(value[_ID], path, command)
        members = document.get(_MEMBERS)
        links = [_at(member) for member in members] if isinstance(members, list) else []
        named = [link for link in links if isinstance(link, str) and last_segment(link) == name]
        return self._ours(named[0], path, command) if named else None

    def _ours(self, link: Any, path: str, command: Command) -> str:
        if is_ours(link):
            return str(link)
        note = f"{path} links to {shown(link)}, which is no place of this BMC: not followed"
        raise _LostError(Completed(replace(command, argv=("GET", path)), Ended.NOT_RUN, note=note))

    def _members(self, path: str, command: Command) -> tuple[list[str], Completed | None]:
        """Paths of a collection's members, and the collection itself where it came with them inside."""
        whole = self._expanded(path, command) if self.expands else None
        if whole is not None and whole.document is not None:
            members = whole.document[_MEMBERS]
            for member in members:
                self.talk.keep(member[_ID], member)
            return [str(member[_ID]) for member in members], whole.completed
        paths: list[str] = []
        page: str | None = path
        while page is not None:
            document = self._document(page, command)
            listed = document.get(_MEMBERS)
            paths += [self._ours(_at(m), path, command) for m in (listed if isinstance(listed, list) else ())]
            following = document.get(_NEXT)
            page = self._ours(following, path, command) if following is not None and listed else None
            if len(paths) > self.talk.limits.members:
                note = f"{path} lists more than {self.talk.limits.members} members"
                raise _LostError(Completed(replace(command, argv=("GET", path)), Ended.CUT, note=note))
        return list(dict.fromkeys(paths)), None

    def _expanded(self, path: str, command: Command) -> Got | None:
        """A collection with its members inside; None where the BMC does not do it well: then it is asked no more."""
        got = self.talk.get(f"{path}{self.expands}", command)
        if got.absent:
            return None
        if got.completed.truncated:
            return None  # too much at once: one by one, and again for the next collection
        if got.document is None or not _is_expanded(got.document, self.talk.limits.members):
            self.expands = ""
            return None
        return got


def _at(member: Any) -> Any:
    return member.get(_ID) if isinstance(member, dict) else None


def _is_expanded(document: dict[str, Any], most: int) -> bool:
    """Whether every member is there in full, all on this page, each with a place of its own on this BMC."""
    members = document.get(_MEMBERS)
    if not isinstance(members, list) or len(members) > most or _NEXT in document:
        return False
    paths = [_at(member) for member in members]
    full = all(len(member) > 2 for member in members if isinstance(member, dict))
    counted = document.get(_COUNT, len(members)) == len(members)
    return full and counted and all(is_ours(path) for path in paths) and len(set(map(str, paths))) == len(paths)


def expand_query(root: dict[str, Any]) -> str:
    """The query that this BMC says it understands for members inside their collection; empty for none."""
    features = root.get("ProtocolFeaturesSupported")
    expand = features.get("ExpandQuery") if isinstance(features, dict) else None
    if not isinstance(expand, dict) or expand.get("NoLinks") is not True:
        return ""
    return "?$expand=.($levels=1)" if expand.get("Levels") is True else "?$expand=."


def _numbered(found: Sequence[Fetched], command: Command) -> tuple[Fetched, ...]:
    """Each answer under a key of its own, and no two under one part's name: a BMC may call two things alike."""
    numbered, parts = [], set[str]()
    for number, one in enumerate(found, start=1):
        part = one.part
        while part and not one.expanded and part in parts:
            part = f"again_{part}"
        parts.add(part)
        named = replace(one.completed.command, key=f"{command.key}-{number}")
        numbered.append(replace(one, part=part, completed=replace(one.completed, command=named)))
    return tuple(numbered)

"""What a diagnostic can measure on a vendor's machine: which readings, of which parts, of which sort."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice, product

from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.declared import MEASUREMENT, DeclaredDiagnostic
from gatehouse.decisions.counter_changes import DELTA, WINDOW
from gatehouse.diagnostics.spec import PART_OF, Ask, Diagnostic
from gatehouse.model.readings import split_name
from gatehouse.model.resource_parts import ANY_ID, part_kind_of
from gatehouse.vendors.readings_index import PCI, Sort, part_kind, quantity_kind, readings_index

HOST = "host"
_NUMBERS = range(256)  # no machine of ours has more parts of one kind
_MAGIC = frozenset("*?[")
_OPEN = re.compile(f"[#{ANY_ID}]")
_WILD = re.compile(r"\*|\?|\[[^\]]*\]")


@dataclass(frozen=True, slots=True, order=True)
class Measurable:
    """A reading that can be had: its name, the kind of its part (``gpu#.link#``), the sort of its values."""

    name: str
    part: str
    sort: Sort


def measurable(
    diagnostic: Diagnostic, vendor: str, declared: DeclaredDiagnostic | None = None
) -> frozenset[Measurable]:
    """Everything that the vendor's tools can give, by their recordings; of a declared diagnostic what it declares."""
    found = {each for ask in diagnostic.asks(vendor) for each in _of_tool(ask)}
    if declared and diagnostic.asks(vendor):
        found |= {Measurable(f"{MEASUREMENT}.{r.name}", part_kind(r.part), r.value) for r in declared.readings}
    return frozenset(found)


def called(name: str, all_of_them: Iterable[Measurable]) -> list[Measurable]:
    """Those of one name; numbers in it may be any."""
    kind = quantity_kind(name)
    if "*" in name:
        return sorted(each for each in all_of_them if fnmatchcase(each.name, name))
    return sorted(each for each in all_of_them if kind in (each.name, quantity_kind(each.name)))


def parts_of(kind: str, globs: Sequence[str], at_most: int = 1) -> list[str]:
    """Parts of a kind that one of the globs speaks of, no more than wanted: ``gpu#``, ``gpu[23]`` give gpu2, gpu3."""
    found: dict[str, None] = {}
    for glob in globs:
        found.update(dict.fromkeys(islice(_parts(kind, glob), at_most)))
    return list(found)[:at_most]


def _of_tool(ask: Ask) -> Iterator[Measurable]:
    for given in readings_index().get(ask.tool, ()):
        if given.fact.startswith(f"{MEASUREMENT}."):
            continue  # what an OCP executable measures is its own: the entry declares it
        one = given.fact.replace(PCI, "00:00.0").replace("#", "0")
        if not _fits(one, ask.keep) or not _fits(one, ask.counters):
            continue
        changes = f".{DELTA}" if ask.counters else ""
        yield from _addressed(ask, one + changes, given.sort)
    if ask.counters:
        yield from _addressed(ask, WINDOW, "number")


def _fits(fact: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(fact, glob) for glob in globs)


def _addressed(ask: Ask, fact: str, sort: Sort) -> Iterator[Measurable]:
    part, quantity, _ = split_name(f"{PART_OF[ask.for_each]}0.{fact}" if ask.for_each else fact)
    for kind in _parts_asked(ask, part_kind(part)):
        yield Measurable(quantity_kind(quantity), kind, sort)


def _parts_asked(ask: Ask, kind: str) -> Iterator[str]:
    """The kind of part as it is addressed in a round: under the resource that was asked, where it was a BMC's."""
    if ask.via == "ssh":
        yield kind
        return
    for resource in filter(None, map(part_kind_of, ask.argv)):
        yield resource if kind == HOST else f"{resource}.{kind}"


def _parts(kind: str, glob: str) -> Iterator[str]:
    """Parts of that kind which the glob fits, in order."""
    if not _MAGIC & set(glob):
        if part_kind(glob) == kind or (ANY_ID in kind and _fits_any(kind, glob)):
            yield glob
        return
    if kind.startswith(PCI):
        buses = (f"{bus:02x}:00.0" for bus in _NUMBERS)
        yield from (part for bus in buses if matches_part(glob, part := kind.replace(PCI, bus, 1).replace("#", "0")))
        return
    pieces = kind.split(".")
    wanted = ["*"] * len(pieces) if glob == "*" else glob.split(".")
    if len(wanted) == len(pieces):
        choices = [list(_fitting(piece, each)) for piece, each in zip(pieces, wanted, strict=True)]
        yield from (".".join(chosen) for chosen in product(*choices))


def _fits_any(kind: str, part: str) -> bool:
    """Whether a part may be of a kind in which an id stands for any."""
    return fnmatchcase(part, kind.replace(ANY_ID, "*").replace("#", "[0-9]*"))


def _fitting(piece: str, glob: str) -> Iterator[str]:
    """Names of a kind (``#`` is any number, an id any word) that a glob fits: numbers stand for all that is open."""
    form = re.compile(re.escape(piece).replace(r"\#", r"\d+").replace(ANY_ID, r"\w+"))
    shapes = [_OPEN.sub("\0", piece)] + ([] if glob == "*" else [_WILD.sub("\0", glob)])
    names = dict.fromkeys(shape.replace("\0", str(number)) for shape in shapes for number in _NUMBERS)
    yield from (name for name in names if form.fullmatch(name) and fnmatchcase(name, glob))

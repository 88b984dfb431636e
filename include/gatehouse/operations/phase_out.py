"""A program's end: announced by a person, and recorded serial by serial and answer by answer."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from gatehouse.model.errors import NotFoundError, UsageError
from gatehouse.model.records import Disposition, Observation, UnitDisposition
from gatehouse.model.status import Phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phase_out
from gatehouse.store.engine import transaction
from gatehouse.store.phase_out import FiledDisposition, PhaseOut

COLUMNS = ("serial", "as", "erase_certificate", "held_no_data", "note")
_SHOWN = 20  # problems of a file; the rest are counted
_LONGEST_CSV = 1_000_000  # rows


@dataclass(frozen=True, slots=True)
class DispositionWords:
    """What a person says of one unit, as typed."""

    serial: str
    disposition: str
    erase_certificate: str = ""
    held_no_data: str = ""
    note: str = ""


def announce_end(workspace: Workspace, said: PhaseOut) -> None:
    """Keep that a program is phased out. An empty ``successor`` says that nothing takes its place.

    Raises:
        NotFoundError: no such program or successor, or the program plans no EOL.
        UsageError: it would succeed itself, no reason is given, or support ends before the last buy.
    """
    catalog = workspace.catalog
    if Phase.EOL not in catalog.program(said.program).phases:
        raise NotFoundError(f"{said.program} plans no EOL: add the phase to {catalog.path('programs', said.program)}")
    if said.successor:
        catalog.program(said.successor)
    if said.successor == said.program:
        raise UsageError(f"{said.program} cannot take its own place")
    if not said.reason.strip():
        raise UsageError("say why the program ends")
    if said.last_time_buy and said.support_until and said.support_until < said.last_time_buy:
        raise UsageError(f"support until {said.support_until} ends before the last buy on {said.last_time_buy}")
    with transaction(workspace.engine) as session:
        phase_out.announce(session, said)


def observe(
    workspace: Workspace, program: str, source: str, who: str, jobs: int | None, reservations: int | None,
    at: datetime | None = None,
) -> Observation:  # fmt: skip
    """Keep what a scheduler said of a program's SKU.

    Raises:
        NotFoundError: there is no such program.
        UsageError: no source or number, a negative one, or a time to come.
    """
    workspace.catalog.program(program)
    now = datetime.now(UTC)
    said = Observation(" ".join(source.split()), at or now, jobs, reservations)
    if not said.source or not who.strip():
        raise UsageError("say what was asked (--source) and who asked (--who)")
    if jobs is None and reservations is None:
        raise UsageError("say what it answered: --jobs, --reservations or both")
    if min(jobs or 0, reservations or 0) < 0:
        raise UsageError("a number of jobs or reservations is not negative")
    if said.at > now:
        raise UsageError(f"{said.at.isoformat()} is still to come")
    with transaction(workspace.engine) as session:
        phase_out.file_observation(session, program, said, who.strip())
    return said


def dispose(
    workspace: Workspace, program: str, said: Sequence[DispositionWords], who: str, at: datetime | None = None
) -> int:
    """Keep where units went; all of them, or none when anything is wrong with one. Returns how many.

    Raises:
        NotFoundError: there is no such program.
        UsageError: one line a problem, by the serial's place among those given.
    """
    return _dispose(workspace, program, {f"unit {i}": words for i, words in enumerate(said, 1)}, who, at)


def dispose_csv(workspace: Workspace, program: str, file: Path, who: str, at: datetime | None = None) -> int:
    """Keep where the units of a CSV file went, columns ``COLUMNS``; all of them or none. Returns how many.

    Raises:
        NotFoundError: there is no such program.
        UsageError: the file cannot be read, or one line a problem with its line of the file.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = dict(_rows(file, csv.DictReader(lines, strict=True)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error
    return _dispose(workspace, program, rows, who, at)


def _rows(file: Path, reader: "csv.DictReader[str]") -> Iterator[tuple[str, DispositionWords]]:
    """(where, what) of each row that says anything."""
    named = tuple(reader.fieldnames or ())
    if not {"serial", "as"} <= set(named) or not set(named) <= set(COLUMNS):
        raise UsageError(f"{file}:1: the columns must be among {', '.join(COLUMNS)}, serial and as with them")
    for row in islice(reader, _LONGEST_CSV):
        where = f"{file}:{reader.line_num}"
        if None in row or None in row.values():
            raise UsageError(f"{where}: {len(named)} columns are named, this row has another number")
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        yield where, DispositionWords(*cells.values())


def _dispose(
    workspace: Workspace, program: str, said: Mapping[str, DispositionWords], who: str, at: datetime | None
) -> int:
    workspace.catalog.program(program)
    now = datetime.now(UTC)
    moment = at or now
    if not who.strip():
        raise UsageError("say who says so (--who)")
    if moment > now:
        raise UsageError(f"{moment.isoformat()} is still to come")
    with transaction(workspace.engine) as session:
        known = {h.serial for h in workspace.catalog.build(program, Phase.EOL)}
        known |= set(phase_out.measured_units(session, program))
        problems = list(_problems(said, known, program))
        if problems:
            more = f"\n… and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
            raise UsageError("\n".join(problems[:_SHOWN]) + more)
        phase_out.file_dispositions(session, program, [_filed(each, who.strip(), moment) for each in said.values()])
    return len(said)


def _problems(said: Mapping[str, DispositionWords], known: Iterable[str], program: str) -> Iterator[str]:
    units, seen = set(known), dict[str, str]()
    if not said:
        yield "no unit is named"
    for where, words in said.items():
        if words.serial not in units:
            yield f"{where}: {words.serial!r} is no unit of {program}, in any build, now or before"
        if words.serial in seen:
            yield f"{where}: {words.serial} stands already at {seen[words.serial]}"
        seen.setdefault(words.serial, where)
        if words.disposition not in list(Disposition):
            yield f"{where}: {words.disposition!r} is none of {', '.join(Disposition)}"
        elif words.disposition == Disposition.NOT_A_UNIT and not words.note:
            yield f"{where}: say in a note why {words.serial} is not a unit"
        if words.erase_certificate and words.held_no_data:
            yield f"{where}: {words.serial} either held data that was erased, or held none"


def _filed(words: DispositionWords, who: str, at: datetime) -> FiledDisposition:
    kind = Disposition(words.disposition)
    said = UnitDisposition(words.serial, kind, words.erase_certificate, words.held_no_data, who, at)
    return FiledDisposition(said, words.note)


def day(text: str | None) -> date | None:
    """A day as forms write it, ``2027-03-31``; None where none was given.

    Raises:
        UsageError: it is no such day.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day such as 2027-03-31") from error

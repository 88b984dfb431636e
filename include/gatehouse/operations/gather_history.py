"""What the rounds before say of a round, for its judgement: where parts were, what moved, what units were."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatehouse.model.readings import unit_of
from gatehouse.quality.history_data import CheckHistory, PartMoved, PartShared, QuantityMoved
from gatehouse.quality.thresholds import ROUNDS_OF_HISTORY
from gatehouse.store import judgements, part_history, round_facts
from gatehouse.store.engine import Transaction
from gatehouse.store.judgements import Tally, TallyHistory
from gatehouse.store.part_history import PartMove, PartPlace, PartWanted, Sight
from gatehouse.store.tables import JudgementRow, RoundRow

# Readings whose word is a part's own number, the plainest first. A node's GUID is burnt into its adapter; a system's
# GUID and a chassis' serial are shared by the nodes of one chassis, and both ends of a cable carry one serial.
_NUMBERS = ("serial", "uuid", "node_guid", "base_guid", "board_serial", "board.serial", "product.serial")
_CABLES = ("optic_module", "cable_health", "switch_neighbours")
_PARTS = PartWanted(_NUMBERS, _CABLES)
_VERSIONS = (
    "driver", "nvidia.driver", "nic_driver", "driver_version", "dcgm_version", "tool_version", "version", "rvs_version",
    "smartctl.version", "dmidecode_version", "gsp_firmware",
)  # fmt: skip
_Key = tuple[str, str]  # diagnostic, name


@dataclass(frozen=True, slots=True)
class History:
    """A round beside those before it. ``versions`` are what its tools said of themselves."""

    parts: tuple[PartShared, ...]
    versions: Mapping[str, Sequence[str]]
    moves: tuple[PartMoved, ...] = ()
    checks: tuple[CheckHistory, ...] = ()
    changes: tuple[QuantityMoved, ...] = ()


def no_history(session: Transaction, row: RoundRow, without: Collection[int]) -> History:
    """A round by itself."""
    return _alone(session, row, part_history.sights(session, row.id, _PARTS, without))


def _alone(session: Transaction, row: RoundRow, here: Sequence[Sight]) -> History:
    return History(tuple(map(_shared, part_history.shared(here))), round_facts.versions(session, row.id, _VERSIONS))


def gather_history(
    session: Transaction, row: RoundRow, tallies: Sequence[Tally], without: Collection[int]
) -> History:  # fmt: skip
    """A round beside the program's last sound ones; their tallies were counted when they were judged."""
    here = part_history.sights(session, row.id, _PARTS, without)
    alone = _alone(session, row, here)
    past = judgements.last_sound(session, row, ROUNDS_OF_HISTORY - 1)
    if not past:
        return alone
    earlier = judgements.tally_history(session, [judgement.id for judgement in past])
    rounds = [judgement.round_id for judgement in past]
    there = part_history.last_sights(session, rounds, _PARTS)
    moves = part_history.moved(here, there) + part_history.replaced(here, there)
    verdicts = judgements.verdict_history(session, [*rounds, row.id])
    return History(
        parts=alone.parts,
        versions=alone.versions,
        moves=tuple(_once(moves)),
        checks=(*_readings(tallies, earlier), *(_diagnostic(*verdict) for verdict in verdicts)),
        changes=tuple(_changes(tallies, earlier, alone.versions, past)),
    )


def _shared(place: PartPlace) -> PartShared:
    return PartShared(place.serial, place.host, place.diagnostic, place.part, place.name, place.number)


def _once(moves: Sequence[PartMove]) -> Iterator[PartMoved]:
    """Each move of a part once, though several readings number it: by the plainest of them."""
    seen: set[tuple[str, str, str]] = set()
    for move in sorted(moves, key=lambda m: (_NUMBERS.index(m.now.name), m.now.diagnostic, m.now.serial, m.now.part)):
        now, before = move.now, move.before
        key = (now.serial, now.part, before.serial)
        if key not in seen:
            seen.add(key)
            yield PartMoved(
                now.serial, now.host, now.diagnostic, now.part, now.name, now.number, before.serial, before.host,
                before.part, before.number, move.round_id, move.at,
            )  # fmt: skip


def _readings(tallies: Sequence[Tally], earlier: Sequence[TallyHistory]) -> Iterator[CheckHistory]:
    """Every reading of this round, over all the rounds."""
    past = {(t.diagnostic, t.name, t.unit): t for t in earlier}
    for now in tallies:
        was = past.get((now.diagnostic, now.name, now.unit))
        yield CheckHistory(
            diagnostic=now.diagnostic,
            name=now.name,
            unit=now.unit,
            rounds=1 + (was.rounds if was else 0),
            units=max(now.units, was.units if was else 0),
            values=now.values + (was.values if was else 0),
            least=min(now.least, was.least) if was else now.least,
            most=max(now.most, was.most) if was else now.most,
            limited=now.limited + (was.limited if was else 0),
            broken=now.broken + (was.broken if was else 0),
            measured=now.values + (was.values if was else 0),
        )


def _diagnostic(name: str, rounds: int, results: int, measured: int, failed: int) -> CheckHistory:
    return CheckHistory(name, "", "", rounds, 0, results, 0.0, 0.0, 0, failed, measured)


def _changes(
    tallies: Sequence[Tally], earlier: Sequence[TallyHistory], versions: Mapping[str, Sequence[str]],
    past: Sequence[JudgementRow],
) -> Iterator[QuantityMoved]:  # fmt: skip
    """Every reading that the last sound rounds had too, as the newest of them had it."""
    age = {judgement.round_id: index for index, judgement in enumerate(past)}
    said_then = {judgement.round_id: judgement.versions for judgement in past}
    newest: dict[_Key, TallyHistory] = {}
    for was in sorted(earlier, key=lambda t: (age[t.round_id], t.unit)):
        newest.setdefault((was.diagnostic, was.name), was)
    same = {(t.diagnostic, t.name, t.unit): t for t in earlier}
    for now in tallies:
        last = newest.get((now.diagnostic, now.name))
        if last is None:
            continue
        alike = same.get((now.diagnostic, now.name, now.unit))
        was = alike if alike and alike.round_id == last.round_id else last
        words = _changed(versions, said_then[was.round_id])
        yield QuantityMoved(
            now.diagnostic, now.name, now.unit, was.unit, now.median, was.median, unit_of(now.name), words, was.round_id
        )


def _changed(now: Mapping[str, Sequence[str]], before: Mapping[str, Sequence[str]]) -> str:
    """The versions that differ, in words: ``driver of accelerator_health 535.161.08, now 550.54.15``."""
    said = [
        f"{name.partition(' ')[2]} of {name.partition(' ')[0]} {', '.join(before[name][:3])}, "
        f"now {', '.join(words[:3])}"
        for name, words in now.items()
        if name in before and sorted(before[name]) != sorted(words)
    ]
    return "; ".join(said)

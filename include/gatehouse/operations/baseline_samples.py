"""The samples that learning reads: values by family of readings, cohort and host, from the store."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gatehouse.decisions.baselines.cohorts import (
    FIRMWARE_DIAGNOSTIC,
    FIRMWARE_READINGS,
    TOOL_READINGS,
    TOPOLOGY_DIAGNOSTIC,
    TOPOLOGY_READINGS,
    Cohort,
    Said,
    cohort_of,
    settle,
)
from gatehouse.decisions.baselines.families import family_of
from gatehouse.operations.learned_limits import word
from gatehouse.store.engine import Transaction
from gatehouse.store.populations import SoundResult, Told, latest_results, readings_of, said_in_visits


@dataclass(frozen=True, slots=True, order=True)
class Family:
    """Readings of one diagnostic that measure the same thing; ``parts`` and ``reading`` are globs."""

    diagnostic: str
    parts: str
    reading: str


@dataclass
class Measured:
    """Values of one family in one cohort, by host. ``example`` is the first (part, name) of them."""

    unit: str
    example: tuple[str, str]
    numbers: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    results: dict[int, str] = field(default_factory=dict)  # result id → its round

    def add(self, host: str, told: Told, result: SoundResult) -> None:
        """One value more."""
        self.example = min(self.example, (told.part, told.name))
        self.results[result.result_id] = result.round_id
        if isinstance(told.value, str):
            self.words[host].append(told.value)
        else:
            self.numbers[host].append(told.value)


@dataclass
class Population:
    """Families with their cohorts, and the hosts whose cohort is unknown, with what they did not tell."""

    families: dict[Family, dict[Cohort, Measured]] = field(default_factory=lambda: defaultdict(dict))
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_population(session: Transaction, sku: str, program: str, phase: str, globs: Collection[str]) -> Population:
    """The latest sound values of every unit of a SKU, of readings that fit the globs, sorted by cohort."""
    results = {result.result_id: result for result in latest_results(session, sku, program, phase)}
    told = readings_of(session, results, globs)
    speaking = [results[result_id] for result_id in sorted({one.result_id for one in told})]
    cohorts = cohorts_of(session, sku, speaking)
    hosts = _host_names(speaking)
    population = Population()
    for one in told:
        result, cohort, host = results[one.result_id], cohorts[one.result_id], hosts[results[one.result_id].serial]
        if not cohort.known:
            population.left_out[host] = cohort.unknown
            continue
        family = Family(result.diagnostic, *family_of(one.part, one.name))
        measured = population.families[family].setdefault(cohort, Measured(one.unit, (one.part, one.name)))
        measured.add(host, one, result)
    return population


def cohorts_of(session: Transaction, sku: str, results: Sequence[SoundResult]) -> dict[int, Cohort]:
    """The cohort of each result, by its id: what its own visit told. What no unit tells is untold for all."""
    visits = said_in_visits(
        session, results, (FIRMWARE_DIAGNOSTIC, TOPOLOGY_DIAGNOSTIC), (*FIRMWARE_READINGS, *TOPOLOGY_READINGS)
    )
    own: dict[int, list[Said]] = defaultdict(list)
    by_id = {result.result_id: result for result in results}
    for one in readings_of(session, by_id, TOOL_READINGS):
        own[one.result_id].append((by_id[one.result_id].diagnostic, one.name, word(one.value)))
    found: dict[int, Cohort] = {}
    for diagnostic in sorted({result.diagnostic for result in results}):
        of_it = [result for result in results if result.diagnostic == diagnostic]
        told = {
            str(result.result_id): cohort_of(
                sku, diagnostic, [*own[result.result_id], *_words(visits.get((result.round_id, result.serial), ()))]
            )
            for result in of_it
        }
        found |= {int(result_id): cohort for result_id, cohort in settle(told).items()}
    return found


def _words(said: Iterable[tuple[str, str, float | str]]) -> Iterable[Said]:
    return ((diagnostic, name, word(value)) for diagnostic, name, value in said)


def _host_names(results: Sequence[SoundResult]) -> Mapping[str, str]:
    """Serial → how people call the unit: by its host, with the serial where two units had the same one."""
    serials: dict[str, set[str]] = defaultdict(set)
    for result in results:
        serials[result.host].add(result.serial)
    return {
        result.serial: result.host if len(serials[result.host]) == 1 else f"{result.host} ({result.serial})"
        for result in results
    }

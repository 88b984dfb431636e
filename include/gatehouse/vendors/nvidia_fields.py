"""What nvidia-smi says of one GPU, by fact, from the XML and from the text of ``-q``, over their versions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gatehouse.model.readings import Fact
from gatehouse.vendors.nvidia_places import BANKS, COUNT, FLAG, LANES, RATE, SECTIONS, WORD
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown

Look = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Field:
    """A fact of a GPU: its kind (a unit suffix, or count, word, flag, …) and its places, newest first.

    ``core`` facts are reported as unknown where they are absent; others are left out.
    """

    fact: str
    kind: str
    xml: tuple[str, ...]
    text: tuple[str, ...]
    core: bool


_CORE = frozenset(
    {"name", "uuid", "serial", "vbios", "pstate", "fan_pct", "persistence_mode", "compute_mode", "mig.mode", "ecc.mode"}
    | {"temp_c", "temp.memory_c", "power_w", "power.limit_w", "util.gpu_pct", "util.memory_pct"}
    | {"fb.total_mib", "fb.used_mib"}
    | {f"pcie.{what}.{when}" for what in ("gen", "width") for when in ("current", "max")}
    | {f"retired.{what}" for what in ("single_bit", "double_bit", "pending")}
    | {f"remapped.{what}" for what in ("correctable", "uncorrectable", "pending", "failure")}
    | {
        f"ecc.{span}.{name}"
        for span in ("volatile", "aggregate")
        for name in ("sram_correctable", "dram_correctable", "dram_uncorrectable")
    }
)
_OLD_MEBIBYTES = re.compile(r"^(\d+) ?MB$")  # drivers before 331 wrote MB for what they count in MiB


def _fields() -> Iterator[Field]:
    places: dict[str, tuple[str, list[str], list[str]]] = {}
    for xml, text, rows in SECTIONS:
        for fact, kind, tag, words in rows:
            known = places.setdefault(fact, (kind, [], []))
            known[1].extend(f"{section}{tag}" for section in xml)
            known[2].extend(f"{section}{words}" for section in text)
    for fact, (kind, tags, lines) in places.items():
        yield Field(fact, kind, tuple(dict.fromkeys(tags)), tuple(dict.fromkeys(lines)), fact in _CORE)


FIELDS: tuple[Field, ...] = tuple(_fields())


def value_of(kind: str, words: str) -> Fact:
    """A field's words as its kind of value; None where the tool gave none."""
    if kind == WORD:
        return word_or_unknown(words)
    if kind == FLAG:
        return flag_or_unknown(words)
    if kind == LANES:
        return number_or_unknown(words.removesuffix("x"))
    if kind == RATE:
        return number_or_unknown(words.removesuffix("KB/s"))
    if kind == BANKS:
        return number_or_unknown(words.removesuffix("bank(s)"))
    if kind == "mib":
        words = _OLD_MEBIBYTES.sub(r"\1 MiB", words)
    return number_or_unknown(words) if kind == COUNT else quantity(words, kind)


def gpu_facts(look: Look, places: Callable[[Field], tuple[str, ...]]) -> dict[str, Fact]:
    """The facts of one GPU: ``look`` gives the words at a place, None where the place does not exist.

    Of several places the first that holds a value counts.
    """
    facts: dict[str, Fact] = {}
    for field in FIELDS:
        words = [said for place in places(field) if (said := look(place)) is not None]
        values = [value_of(field.kind, said) for said in words]
        if words or field.core:
            facts[field.fact] = next((value for value in values if value is not None), None)
    _add_sram_total(facts)
    return facts


def _add_sram_total(facts: dict[str, Fact]) -> None:
    """Drivers from 550 on split uncorrectable SRAM errors into parity and SEC-DED: their sum is the old count."""
    for span in ("volatile", "aggregate"):
        parts = [facts.get(f"ecc.{span}.sram_uncorrectable_{kind}") for kind in ("parity", "secded")]
        numbers = [part for part in parts if isinstance(part, int)]
        if f"ecc.{span}.sram_uncorrectable" not in facts:
            facts[f"ecc.{span}.sram_uncorrectable"] = sum(numbers) if len(numbers) == len(parts) else None

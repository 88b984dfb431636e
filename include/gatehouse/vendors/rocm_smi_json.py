"""rocm-smi with --json: flat sentences as keys, every number a string, over ROCm 4 to 6."""

import re
from collections.abc import Mapping
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_CARD = re.compile(r"card(\d{1,4})")
# Fact -> (kind, keys in lower case without their colon, newest first); a kind is word, number or a unit suffix.
_FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": ("word", ("device name", "card series", "card model name")),
    "device_id": ("word", ("device id", "gpu id")),
    "unique_id": ("word", ("unique id",)),
    "serial": ("word", ("serial number",)),
    "vbios": ("word", ("vbios version",)),
    "sku": ("word", ("card sku",)),
    "vendor": ("word", ("card vendor",)),
    "gfx": ("word", ("gfx version",)),
    "revision": ("word", ("device rev",)),
    "subsystem_id": ("word", ("subsystem id",)),
    "node": ("number", ("node id",)),
    "guid": ("number", ("guid",)),
    "model": ("word", ("card model",)),
    "pci": ("word", ("pci bus",)),
    "perf_level": ("word", ("performance level",)),
    "temp.edge_c": ("c", ("temperature (sensor edge) (c)", "temperature_edge (c)")),
    "temp.junction_c": ("c", ("temperature (sensor junction) (c)", "temperature_hotspot (c)")),
    "temp.memory_c": ("c", ("temperature (sensor memory) (c)", "temperature_mem (c)")),
    **{f"temp.hbm{index}_c": ("c", (f"temperature (sensor hbm {index}) (c)",)) for index in range(8)},
    "xgmi_errors": ("number", ("xgmi error count",)),
    "power_w": (
        "w",
        (
            "current socket graphics package power (w)",
            "average graphics package power (w)",
            "current socket power (w)",
            "average socket power (w)",
            "current_socket_power (w)",
            "average_socket_power (w)",
        ),
    ),
    "power.limit_w": ("w", ("max graphics package power (w)",)),
    "util_pct": ("pct", ("gpu use (%)", "average_gfx_activity (%)")),
    "util.memory_pct": ("pct", ("gpu memory read/write activity (%)", "gpu memory use (%)")),
    "vram_pct": ("pct", ("gpu memory allocated (vram%)",)),
    "fan_pct": ("pct", ("fan speed (%)",)),
    "fan_rpm": ("rpm", ("fan rpm", "current_fan_speed (rpm)")),
    "voltage_v": ("millivolt", ("voltage (mv)",)),
    "pcie.replay": ("number", ("pcie replay count",)),
    "vram.total_b": ("b", ("vram total memory (b)",)),
    "vram.used_b": ("b", ("vram total used memory (b)",)),
    "gtt.total_b": ("b", ("gtt total memory (b)",)),
    "gtt.used_b": ("b", ("gtt total used memory (b)",)),
    "clocks.sclk_mhz": ("clock", ("sclk clock speed",)),
    "clocks.mem_mhz": ("clock", ("mclk clock speed",)),
    "clocks.fclk_mhz": ("clock", ("fclk clock speed",)),
    "clocks.socclk_mhz": ("clock", ("socclk clock speed",)),
    "numa": ("number", ("(topology) numa node",)),
    "partition.compute": ("word", ("compute partition",)),
    "partition.memory": ("word", ("memory partition",)),
}
_UNMEASURED_16_BIT = 65535  # how the firmware's metrics say that there is no value
_CORE = frozenset({"name", "serial", "power_w", "vram.total_b", "vram.used_b"})
_CLOCK = re.compile(r"\(?(\d{1,6}) ?Mhz\)?", re.IGNORECASE)
_PCIE = re.compile(r"\(([\d.]{1,6} ?GT/s) x(\d{1,2})\)")


@reads("rocm-smi-json")
def read_rocm_smi_json(said: Completed) -> ToolReport:
    """Cards by their number. Level tables under bare numbers are left out: they overwrite each other.

    Raises:
        UnreadableError: there is no card in the JSON.
    """
    gathered, text = gather("rocm-smi-json", said)
    found = gathered_json(gathered, text, record_depth=1)
    document = found.value if isinstance(found.value, Mapping) else {}
    cards = {
        int(match[1]): _lowered(card)
        for name, card in document.items()
        if (match := _CARD.fullmatch(str(name))) and isinstance(card, Mapping)
    }
    if not cards:
        raise UnreadableError("no card of rocm-smi in the JSON")
    for number, card in cards.items():
        gathered.facts_of(f"gpu{number}", card_facts(card))
    gathered.fact("gpus", len(cards))
    system = _lowered(document["system"]) if isinstance(document.get("system"), Mapping) else {}
    gathered.fact("driver", word_or_unknown(system.get("driver version")))
    if any(key.startswith("pid") for key in system):
        gathered.fact("processes", sum(key.startswith("pid") for key in system))
    return gathered.done()


def _lowered(card: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key).strip().rstrip(":").lower(): value for key, value in card.items()}


def card_facts(card: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts of one card; its keys are in lower case, without the colons that some end with."""
    facts: dict[str, Fact] = {}
    for fact, (kind, keys) in _FACTS.items():
        said = [card[key] for key in keys if key in card]
        if said or fact in _CORE:
            facts[fact] = next((value for words in said if (value := _value(kind, words)) is not None), None)
    link = _PCIE.search(str(card.get("pcie clock level", "")))
    if link is not None:
        facts |= {"pcie.speed_gts": quantity(link[1], "gts"), "pcie.width": int(link[2])}
    return facts


def _value(kind: str, words: Any) -> Fact:
    if kind == "word":
        return word_or_unknown(words)
    if kind == "number":
        return number_or_unknown(words)
    if kind == "clock":
        clock = _CLOCK.fullmatch(str(words).strip())
        return int(clock[1]) if clock else None
    if number_or_unknown(words) == _UNMEASURED_16_BIT:
        return None
    return quantity(f"{words} mV", "v") if kind == "millivolt" else quantity(words, kind)

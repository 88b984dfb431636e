"""Which machines may be compared: those of one SKU with the same firmware, topology and version of the tool.

- *firmware*: the driver and the VBIOS of the accelerators, as the firmware inventory of the same visit says;
- *topology*: how many accelerators, and how many links or pairs between them, as the topology of the same visit says;
- *tool*: the version that the measuring tool printed beside the values.

What a machine does not tell is unknown, and an unknown machine is compared with nobody while others tell it. What no
machine of the SKU tells (no tool for this vendor, not in the plan) is untold for all, and said so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from gatehouse.model.errors import UsageError

ASPECTS = ("firmware", "topology", "tool")
FIRMWARE_DIAGNOSTIC, TOPOLOGY_DIAGNOSTIC = "firmware_inventory", "accelerator_topology"
FIRMWARE_READINGS = ("driver", "vbios")
TOPOLOGY_READINGS = ("gpus", "min_nvlinks_between_pairs", "pairs", "devices")
TOOL_READINGS = ("version", "tool_version", "dcgm_version", "rvs_version", "cuda_runtime")
COHORT_READINGS = (*FIRMWARE_READINGS, *TOPOLOGY_READINGS, *TOOL_READINGS)
UNTOLD = "untold"

# One word of one unit: the diagnostic that said it, the reading's name, and its value as text.
Said = tuple[str, str, str]


@dataclass(frozen=True, slots=True, order=True)
class Cohort:
    """A key of comparable machines. An aspect is ``None`` where this machine did not tell it."""

    sku: str
    firmware: str | None
    topology: str | None
    tool: str | None

    @property
    def known(self) -> bool:
        """Whether every aspect is known."""
        return None not in (self.firmware, self.topology, self.tool)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The aspects that the machine did not tell."""
        return tuple(aspect for aspect in ASPECTS if getattr(self, aspect) is None)

    @property
    def words(self) -> str:
        """Such as "h100-8x, driver 535.161.08, vbios 96.00.74.00.1A, gpus 8, version v0.7"."""
        return ", ".join((self.sku, *(_aspect(name, getattr(self, name)) for name in ASPECTS)))

    @property
    def asks(self) -> tuple[str, ...]:
        """Diagnostics that a plan must ask beside the measuring one, so that the cohort of a machine can be told."""
        told = {FIRMWARE_DIAGNOSTIC: self.firmware, TOPOLOGY_DIAGNOSTIC: self.topology}
        return tuple(name for name, value in told.items() if value != UNTOLD)

    def as_json(self) -> dict[str, str | None]:
        """The form that the store keeps."""
        return asdict(self)


def cohort_of(sku: str, diagnostic: str, said: Iterable[Said]) -> Cohort:
    """The cohort of a unit by what it said in one visit; ``diagnostic`` is the one that measured."""
    words = sorted(set(said))
    return Cohort(
        sku,
        _joined(words, FIRMWARE_DIAGNOSTIC, FIRMWARE_READINGS),
        _joined(words, TOPOLOGY_DIAGNOSTIC, TOPOLOGY_READINGS),
        _joined(words, diagnostic, TOOL_READINGS),
    )


def settle(cohorts: Mapping[str, Cohort]) -> dict[str, Cohort]:
    """The units of ONE SKU with what nobody tells set to "untold"; what only some tell stays unknown in the others."""
    if len({cohort.sku for cohort in cohorts.values()}) > 1:
        raise UsageError("cohorts of several SKUs are settled one SKU at a time")
    untold = {name for name in ASPECTS if all(getattr(cohort, name) is None for cohort in cohorts.values())}
    return {unit: _with_untold(cohort, untold) for unit, cohort in cohorts.items()}


def belongs(machine: Cohort, learned: Cohort) -> bool | None:
    """Whether a machine is of the cohort that something was learned on; None where it did not tell what counts."""
    if machine.sku != learned.sku:
        return False
    pairs = [
        (getattr(machine, name), getattr(learned, name))
        for name in ASPECTS
        if getattr(learned, name) not in (None, UNTOLD)
    ]
    if any(mine is not None and mine != theirs for mine, theirs in pairs):
        return False
    return None if any(mine is None for mine, _ in pairs) else True


def _with_untold(cohort: Cohort, untold: set[str]) -> Cohort:
    told = {name: UNTOLD if name in untold else getattr(cohort, name) for name in ASPECTS}
    return Cohort(cohort.sku, told["firmware"], told["topology"], told["tool"])


def _joined(words: Iterable[Said], diagnostic: str, names: Iterable[str]) -> str | None:
    found = {name: [value for who, what, value in words if (who, what) == (diagnostic, name)] for name in names}
    return ", ".join(f"{name} {'+'.join(values)}" for name, values in found.items() if values) or None


def _aspect(name: str, value: str | None) -> str:
    return f"{name} {'unknown' if value is None else value}" if value in (None, UNTOLD) else str(value)

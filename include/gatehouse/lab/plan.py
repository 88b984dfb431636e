"""Which hosts a lab has: names, serial numbers and addresses, the same each time."""

from dataclasses import dataclass

from gatehouse.lab.profiles.registry import profile_of
from gatehouse.lab.profiles.spec import Profile
from gatehouse.model.errors import UsageError

THIS_MACHINE = "this-machine"
_HOSTS_A_NET = 250
_NAME_DIGITS = {"EVT": 2, "RAMP": 4}
BUILDS = ("EVT", "DVT", "PVT", "RAMP")


@dataclass(frozen=True, slots=True)
class Batch:
    """``count`` units of one SKU, built for one phase of one program."""

    sku: str
    build: str
    count: int
    program: str = ""  # empty: named as the SKU


@dataclass(frozen=True, slots=True)
class PlannedHost:
    """One host of the plan: who it is and where it will listen."""

    name: str
    serial: str
    sku: str
    program: str
    build: str
    address: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """The batches of a fleet, and whether the machine that the lab runs on is one of its hosts."""

    batches: tuple[Batch, ...]
    this_machine: bool = False

    @classmethod
    def of_size(cls, hosts: int, this_machine: bool = False) -> "FleetPlan":
        """A mixed fleet: up to four EVT units of each SKU, and all others DVT units of ``h100-8x``."""
        early = min(4, hosts // 4)
        batches = [Batch(sku, "EVT", early) for sku in ("h100-8x", "mi300x-8x", "gaudi3-8x") if early]
        return cls((*batches, Batch("h100-8x", "DVT", hosts - 3 * early)), this_machine)

    @classmethod
    def parse(cls, texts: list[str]) -> "FleetPlan":
        """From ``SKU:BUILD:COUNT`` or ``SKU:PROGRAM:BUILD:COUNT`` each, and the word ``this-machine``.

        Raises:
            UsageError: a text is in neither form, or names no build.
        """
        batches = tuple(_batch(text) for text in texts if text != THIS_MACHINE)
        return cls(batches, THIS_MACHINE in texts)

    def hosts(self) -> list[PlannedHost]:
        """Every simulated host in order; numbers run on through batches of one SKU and build."""
        counts: dict[tuple[str, str], int] = {}
        totals: dict[tuple[str, str], int] = {}
        for batch in self.batches:
            totals[batch.sku, batch.build] = totals.get((batch.sku, batch.build), 0) + batch.count
        planned: list[PlannedHost] = []
        for batch in self.batches:
            profile = profile_of(batch.sku)
            digits = max(_NAME_DIGITS.get(batch.build, 3), len(str(totals[batch.sku, batch.build])))
            for _ in range(batch.count):
                number = counts[batch.sku, batch.build] = counts.get((batch.sku, batch.build), 0) + 1
                planned.append(_host(batch, profile, number, digits, len(planned)))
        return planned

    def texts(self) -> list[str]:
        """The plan in the words that :meth:`parse` reads."""
        lines = [f"{b.sku}:{b.program or b.sku}:{b.build}:{b.count}" for b in self.batches]
        return [*lines, THIS_MACHINE] if self.this_machine else lines


DEMO_FLEET = FleetPlan.of_size(60)


def _batch(text: str) -> Batch:
    words = text.split(":")
    if len(words) == 3:
        words.insert(1, words[0])
    if len(words) != 4 or words[2] not in BUILDS or not words[3].isdecimal():
        raise UsageError(f"{text!r} is no batch: write SKU:BUILD:COUNT with BUILD one of {', '.join(BUILDS)}")
    profile_of(words[0])
    return Batch(words[0], words[2], int(words[3]), words[1])


def _host(batch: Batch, profile: Profile, number: int, digits: int, place: int) -> PlannedHost:
    net, host = divmod(place, _HOSTS_A_NET)
    return PlannedHost(
        name=f"{profile.nick}-{batch.build.lower()}-{number:0{digits}d}",
        serial=f"{profile.nick.upper()}{batch.build}{number:04d}",
        sku=batch.sku,
        program=batch.program or batch.sku,
        build=batch.build,
        address=f"127.{20 + net // 250}.{net % 250}.{host + 1}",
        profile=profile,
    )

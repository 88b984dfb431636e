"""A fleet whose numbers a test chooses, filed as rounds would file them: for learning, without SSH.

Program ``fast`` has hosts ``f-01`` … of SKU ``fast``. ``Fleet.round`` files what every host measures: one bandwidth
for each of two GPUs, a checksum, and what tells its cohort.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import yaml

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.model.hosts import Login
from gatehouse.model.readings import Reading
from gatehouse.model.results import Result
from gatehouse.model.status import Measured, Phase, Verdict
from gatehouse.operations.open_round import RoundRequest, open_round
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases, rounds
from gatehouse.store.engine import migrate, open_store, transaction
from gatehouse.store.rounds import UnitVisit

PROGRAM = "fast"
READING = "rate_gbps"
DRIVER = "550.127.08"
PLANNED = (
    "firmware_inventory",
    "accelerator_topology",
    "accelerator_bandwidth",
    "accelerator_burn",
    "accelerator_health",
)
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxkZXIta2V5LWZvci10ZXN0cy1vbmx5LTAwMDAw"
_HOUR = timedelta(hours=1)
_numbers = count(1)


@dataclass
class Fleet:
    """The workspace, the hosts' names, and the clock of the fleet: an hour a round."""

    workspace: Workspace
    now: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=30))

    @property
    def hosts(self) -> list[str]:
        """Every host, by name."""
        return [host.name for host in self.workspace.catalog.build(PROGRAM, Phase.EVT)]

    def round(
        self,
        slow: Mapping[str, float] | None = None,
        *,
        driver: Mapping[str, str | None] | None = None,
        failed: tuple[str, ...] = (),
        checksum: Mapping[str, str] | None = None,
        admissible: bool = True,
    ) -> str:
        """One round of everybody. ``slow`` is what share of its speed a host shows; ``driver`` None is not told."""
        round_id = open_round(self.workspace, RoundRequest(PROGRAM, "pat", round_id=f"round{next(_numbers)}"))
        self.now += _HOUR
        with transaction(self.workspace.engine) as session:
            for number, host in enumerate(self.workspace.catalog.build(PROGRAM, Phase.EVT)):
                rate = (55.0 + 0.05 * (number % 5)) * (slow or {}).get(host.name, 1.0)
                told = (driver or {}).get(host.name, (driver or {}).get("*", DRIVER))
                results = self._results(rate, told, (checksum or {}).get(host.name, "9f3c"), host.name in failed)
                rounds.file_visit(session, round_id, UnitVisit(host, results, (), {}))
            rounds.judge(session, round_id, admissible, [])
        return round_id

    def _results(self, rate: float, driver: str | None, checksum: str, failed: bool) -> tuple[Result, ...]:
        firmware = (Reading("driver", driver), Reading("vbios", "96.00", "", "gpu0"))
        speed = (
            Reading(READING, rate, "GB/s", "gpu0"),
            Reading(READING, rate + 0.02, "GB/s", "gpu1"),
            Reading("version", "v0.7"),
        )
        links = (Reading("all_inactive", False, "", "gpu0"),)
        told = dict(
            zip(PLANNED, (firmware, (Reading("gpus", 2),), speed, (Reading("checksum", checksum),), links), strict=True)
        )
        bad = {"accelerator_burn"} if failed else set()
        return tuple(
            Result(
                name,
                Measured.COMPLETE,
                Verdict.FAIL if name in bad else Verdict.PASS,
                "",
                readings,
                started_at=self.now,
            )
            if name != "firmware_inventory" or driver
            else Result(name, Measured.ERROR, Verdict.NOT_APPLICABLE, "timed out", started_at=self.now)
            for name, readings in told.items()
        )


def measured_fleet(folder: Path, store_url: str, hosts: int = 10) -> Fleet:
    """An empty store, and a catalogue of so many hosts whose EVT is open."""
    _write_catalog(folder / "catalog", hosts)
    engine = open_store(store_url)
    migrate(engine)
    with transaction(engine) as session:
        phases.open_phase(session, PROGRAM, Phase.EVT, "pat")
    return Fleet(
        Workspace(Catalog((SHIPPED, folder / "catalog")), engine, folder / "files", lambda name: Login(name, "no key"))
    )


def _write_catalog(folder: Path, hosts: int) -> None:
    source = "a test"
    documents = {
        "skus/fast": {
            "title": "Fast server", "vendor": "nvidia", "kind": "GPU",
            "physics": [
                {"reading": READING, "parts": "gpu*", "low": 0.01, "high": 64, "share": 0.75, "source": "PCIe 5.0 x16"}
            ],
        },
        "plans/fast": {"title": "Plan", "diagnostics": [{"diagnostic": name} for name in PLANNED]},
        "criteria/fast": {
            "title": "Exit", "phase": "EVT",
            "criteria": [{"id": "data", "title": "Sound data", "kind": "data_quality", "source": source}],
        },
        f"programs/{PROGRAM}": {
            "title": "Fast", "sku": "fast", "owner": "Pat Doe", "sites": ["lab"],
            "phases": {"EVT": {"plan": "fast", "criteria": "fast", "planned_units": hosts}},
        },
        "sites/lab": {
            "title": "Lab",
            "hosts": [
                {"name": f"f-{i:02}", "serial": f"SN{i:05}", "sku": "fast", "program": PROGRAM, "build": "EVT",
                 "address": f"10.0.0.{i}", "host_key": _KEY, "connection": "lab_ssh"}
                for i in range(1, hosts + 1)
            ],
        },
    }  # fmt: skip
    for name, document in documents.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")

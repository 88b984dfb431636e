"""An executable that prints OCP JSON lines, plugged in by one YAML entry, asked over a real OpenSSH server."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ocp_rules import broken
from openssh import KEYGEN, SSHD, running_sshd

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.local.postgres import Server
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.check_catalog import check_catalog
from gatehouse.operations.export_round import export_round
from gatehouse.operations.measure_units import measure_units
from gatehouse.operations.open_round import RoundSpec, open_adhoc_round
from gatehouse.operations.summarise_round import UnitSummary, summarise_round
from gatehouse.operations.view_round import view_round
from gatehouse.operations.workspace import Workspace
from gatehouse.store import rounds
from gatehouse.store.engine import migrate, open_store, transaction

pytestmark = pytest.mark.skipif(not (SSHD and KEYGEN), reason="no OpenSSH server installed: apt install openssh-server")

SCRIPT = r"""#!/bin/sh
# A diagnostic as a vendor may ship it: what it prints depends on the case that it is asked for.
n=0
line() { printf '{%s, "sequenceNumber": %s, "timestamp": "2025-11-20T09:30:00Z"}\n' "$1" $n; n=$((n + 1)); }
step() { line "\"testStepArtifact\": {\"testStepId\": \"0\", $1}"; }
run() { line "\"testRunArtifact\": {$1}"; }
temp() { step "\"measurement\": {\"name\": \"temp\", \"value\": $1, \"unit\": \"degC\", \"hardwareInfoId\": \"gpu0\"$2}"; }
diagnosis() { step "\"diagnosis\": {\"verdict\": \"oven-$1\", \"type\": \"$2\", \"hardwareInfoId\": \"gpu0\"}"; }
end() { step '"testStepEnd": {"status": "COMPLETE"}'; run "\"testRunEnd\": {\"status\": \"$1\", \"result\": \"$2\"}"; }
line '"schemaVersion": {"major": 2, "minor": 0}'
run '"testRunStart": {"name": "oven", "version": "1", "commandLine": "", "parameters": {}, "dutInfo": {"dutInfoId": "x"}}'
step '"testStepStart": {"name": "bake"}'
case $1 in
  0) temp 40; diagnosis good PASS; end COMPLETE PASS ;;
  1) temp 40; diagnosis bad FAIL; end COMPLETE FAIL; exit 1 ;;
  2) temp 99 ', "validators": [{"type": "LESS_THAN", "value": 95}]'; end COMPLETE PASS ;;
  3) temp 40; diagnosis good PASS; end ERROR NOT_APPLICABLE ;;
  4) end SKIP NOT_APPLICABLE ;;
  5) end COMPLETE PASS ;;
  6) temp 88; diagnosis good PASS; end COMPLETE PASS ;;
  7) temp 40; diagnosis good PASS; kill -9 $$ ;;
  8) end COMPLETE FAIL ;;
esac
"""  # noqa: E501 -- JSON lines are long
ENTRY = """title: Oven
question: Does every accelerator stay cool in the vendor's oven?
vendor: any
command: [{script}, "{{case}}"]
params: {{case: 0}}
limit_s: 20
minutes: 1
disturbs: true
severity: blocker
action: SWAP_PART
source: the vendor's manual
readings: [{{name: temp, part: gpu0}}]
"""
SKU = """title: A bench machine
vendor: none
kind: CPU
limits:
  - {diagnostic: oven, kind: at_most, reading: measurement.temp, parts: gpu*, unit: degC, value: 85, good: 40, bad: 88,
     severity: major, action: DEEP_DIAG, source: the vendor's manual}
"""
SITE = """title: Bench
hosts:
  - {{name: bench-01, serial: B1, sku: bench, program: h100-8x, build: EVT, address: 127.0.0.1, port: {port},
     host_key: {key}, connection: bench}}
"""


@dataclass(frozen=True)
class Bench:
    """A real host, and a catalogue with the entry."""

    workspace: Workspace
    folder: Path

    def ask(self, case: int) -> tuple[str, UnitSummary]:
        """A round of the case; its id and how the host came out."""
        plan = f"title: Case\ndiagnostics:\n  - {{diagnostic: oven, params: {{case: {case}}}}}\n"
        self.write("plans", "case", plan)
        place = Workspace(Catalog((SHIPPED, self.folder)), *self._rest())
        round_id = open_adhoc_round(place, "case", [place.catalog.host("bench-01")], "tester")
        measure_units(place, round_id, ["B1"])
        admit_round(place, round_id)
        return round_id, summarise_round(place, round_id).units[0]

    def write(self, kind: str, name: str, text: str) -> None:
        """A file of the catalogue."""
        path = self.folder / kind / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _rest(self) -> tuple[object, ...]:
        return self.workspace.engine, self.workspace.files, self.workspace.login


@pytest.fixture(scope="module")
def bench(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """This machine behind an sshd, with the vendor's script on it."""
    folder = tmp_path_factory.mktemp("bench")
    script = folder / "oven"
    script.write_text(SCRIPT, encoding="utf-8")
    script.chmod(0o755)
    postgres_server.create_database("declared")
    engine = open_store(postgres_server.url("declared"))
    migrate(engine)
    with running_sshd() as server:
        catalog = Catalog((SHIPPED, folder / "catalog"))
        made = Bench(Workspace(catalog, engine, folder / "files", lambda _: server.login), folder / "catalog")
        made.write("diagnostics", "oven", ENTRY.format(script=script))
        made.write("skus", "bench", SKU)
        made.write("sites", "bench", SITE.format(port=server.endpoint.port, key=server.endpoint.host_key))
        yield made
    engine.dispose()


@pytest.mark.parametrize(
    ("case", "where", "says"),
    [
        (1, "failed", "gpu0 ocp.oven-bad"),
        (2, "failed", "temp is 99 degC, must be below 95"),
        (3, "not_measured", "the run ended with status ERROR"),
        (4, "skipped", "the run was skipped"),
        (5, "not_measured", "passed without a diagnosis or a measurement"),
        (6, "failed", "gpu0 measurement.temp is 88 degC, must be at most 85 degC"),
        (7, "not_measured", "the end of the run is absent"),
        (8, "failed", "run.result is 'FAIL', must be 'PASS'"),
    ],
)
def test_what_it_says_is_what_comes_out(bench: Bench, case: int, where: str, says: str) -> None:
    """It should make FAIL of a fault, ERROR of a run that broke, SKIP of one that was skipped, and never a pass."""
    _, unit = bench.ask(case)
    reasons = {name: dict(getattr(unit, name)) for name in ("failed", "not_measured", "skipped")}
    assert list(reasons.pop(where)) == ["oven"]
    assert says in dict(getattr(unit, where))["oven"]
    assert not any(reasons.values())


def test_a_pass_is_a_pass_and_its_measurements_are_evidence(bench: Bench) -> None:
    """It should keep the measurement with its part, its unit and the limit that it was held against."""
    round_id, unit = bench.ask(0)
    assert not (unit.failed or unit.not_measured or unit.skipped)
    lines = list(export_round(bench.workspace, round_id))
    assert broken(lines) == []
    steps = [json.loads(line).get("testStepArtifact", {}) for line in lines]
    temps = [s["measurement"] for s in steps if s.get("measurement", {}).get("name") == "measurement.temp"]
    assert [(t["value"], t["unit"], t["subcomponent"]["name"]) for t in temps] == [(40, "degC", "gpu0")]
    assert temps[0]["validators"] == [{"type": "LESS_THAN_OR_EQUAL", "value": 85.0}]


def test_the_catalogue_holds_with_it(bench: Bench) -> None:
    """It should pass the check: asked by a plan, its limit on a reading that the entry declares."""
    bench.ask(0)
    assert check_catalog(Catalog((SHIPPED, bench.folder))).problems == ()


def test_a_round_keeps_the_entry_as_it_was(bench: Bench) -> None:
    """It should show and judge by the copy, whatever becomes of the file."""
    round_id, _ = bench.ask(0)
    with transaction(bench.workspace.engine) as session:
        stored = rounds.get_round(session, round_id).spec
    spec = RoundSpec.from_json(stored)
    assert spec.declared["oven"].title == "Oven"
    assert [limit.diagnostic for limit in spec.limits("bench")] == ["oven", "oven"]
    assert RoundSpec.from_json({k: v for k, v in stored.items() if k != "declared"}).declared == {}
    assert view_round(bench.workspace, round_id).columns[0].title == "Oven"

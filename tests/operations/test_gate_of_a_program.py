"""A gate over stored evidence: what the program changes in its criteria, and the readings that these look at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from filled_store import AT, PROGRAM, World, answer, new_world

from gatehouse.local.postgres import Server
from gatehouse.model.errors import CatalogError, RefusedError
from gatehouse.model.evidence import CriterionOutcome
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.advance_phase import close_phase, sign_off
from gatehouse.operations.evaluate_gate import GateView, evaluate_gate

MET = CriterionStatus.MET
SDC = {
    "id": "sdc",
    "kind": "sdc_rate",
    "diagnostics": ["memory_stress"],
    "at_most_per_device_hour": 2000.0,
    "source": "t",
}
SERIALS = {"title": "GPU", "reading": "serial", "parts": "gpu0", "revisions": {"EVT": "1C0*"}, "source": "t"}
SIGN = {"id": "signed", "kind": "sign_offs", "roles": ["NPI program manager", "quality engineer"], "source": "t"}


@pytest.fixture
def world(postgres_server: Server, tmp_path: Path) -> Iterator[World]:
    """A build of one good host, measured in one sound round."""
    with new_world(postgres_server, tmp_path, hosts=1) as made:
        made.round("r1")
        yield made


def gate(world: World, changes: dict[str, object], **program: object) -> GateView:
    """The EVT gate of the program with those changes in its file."""
    path = world.folder / "catalog" / "programs" / f"{PROGRAM}.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["phases"]["EVT"].update(changes)
    path.write_text(yaml.safe_dump({**document, **program}, sort_keys=False), encoding="utf-8")
    anew = replace(world.workspace, catalog=replace(world.workspace.catalog, _files={}, _loaded={}))
    return evaluate_gate(anew, PROGRAM, Phase.EVT)


def outcome(view: GateView, criterion: str) -> CriterionOutcome:
    """One criterion's."""
    return next(o for o in view.decision.outcomes if o.criterion == criterion)


def test_hours_under_test_come_from_the_results(world: World) -> None:
    """It should count how long the sound results of a diagnostic took: 1.5 s of one unit here."""
    found = outcome(gate(world, {"add": [SDC]}), "sdc")
    assert found.status is CriterionStatus.NOT_ENOUGH_EVIDENCE
    assert found.observed.startswith("0.00041667 device-hours, 0 corruptions")
    assert found.needs[0].amount == pytest.approx(2.995732 / 2000 - 1.5 / 3600, rel=1e-5)
    easy = outcome(gate(world, {"add": [{**SDC, "at_most_per_device_hour": 8000.0}]}), "sdc")
    assert easy.status is MET


@pytest.mark.parametrize(("glob", "status"), [("1C0*", MET), ("2*", CriterionStatus.NOT_ENOUGH_EVIDENCE)])
def test_revisions_come_from_the_readings(world: World, glob: str, status: CriterionStatus) -> None:
    """It should hold the words that the unit's parts told against the program's baseline."""
    maturity = {"id": "maturity", "kind": "maturity", "source": "t"}
    view = gate(world, {"add": [maturity]}, baseline=[{**SERIALS, "revisions": {"EVT": glob}}])
    assert outcome(view, "maturity").status is status


def test_what_the_program_changed_is_told(world: World) -> None:
    """It should mark the criterion and the decision, and leave out what was dropped."""
    view = gate(world, {"overrides": {"coverage": {"at_least": 0.5, "why": "two are late"}}, "drop": {"data": "later"}})
    said = "looser than the set: at least 0.5, not 1; two are late"
    assert outcome(view, "coverage").required.endswith(f"({said})")
    assert view.decision.notes == (
        "coverage: looser: at least 0.5, not 1; two are late",
        "data: looser: dropped; later",
    )
    assert "data" not in [o.criterion for o in view.decision.outcomes]


def test_a_change_that_cannot_be_is_an_error_with_its_line(world: World) -> None:
    """It should not decide by half a set."""
    with pytest.raises(
        CatalogError, match=r"atlas\.yaml:\d+: phases\.EVT\.overrides\.nothing: the set has no criterion"
    ):
        gate(world, {"overrides": {"nothing": {"at_least": 0.5, "why": "x"}}})


def test_a_phase_closes_with_its_last_signature(world: World) -> None:
    """It should refuse while a role is missing, and close when different people have signed for all."""
    view = gate(world, {"add": [SIGN]})
    workspace = replace(world.workspace, catalog=replace(world.workspace.catalog, _files={}, _loaded={}))
    assert (view.decision.signable, view.decision.open) == (True, False)
    first = answer(view.decision.evidence_digest)
    for source, signed in (("a", first), ("b", replace(first, role="quality engineer"))):
        sign_off(workspace, PROGRAM, Phase.EVT, signed, source)
        with pytest.raises(RefusedError, match="cannot exit"):
            close_phase(workspace, PROGRAM, Phase.EVT, "pat")
    other = replace(first, who="Ada", role="quality engineer", at=AT)
    sign_off(workspace, PROGRAM, Phase.EVT, other, "c")
    assert close_phase(workspace, PROGRAM, Phase.EVT, "pat").decision.open

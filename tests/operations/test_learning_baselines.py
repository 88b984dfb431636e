"""Baselines from learning to enforcement, on a fleet whose numbers are known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from measured_fleet import DRIVER, PROGRAM, READING, Fleet, measured_fleet

from gatehouse.catalog.limits import AtLeast
from gatehouse.decisions.baselines import Finding
from gatehouse.model.errors import NotFoundError, RefusedError, UsageError
from gatehouse.model.readings import Reading
from gatehouse.model.results import Result
from gatehouse.model.status import Measured, Verdict
from gatehouse.operations.export_baseline import export_baseline
from gatehouse.operations.learn_baselines import LearnRequest, Lessons, learn_baselines
from gatehouse.operations.learned_limits import holding
from gatehouse.operations.open_round import RoundRequest, RoundSpec, open_round
from gatehouse.operations.promote_baseline import promote_baseline, reject_baseline
from gatehouse.operations.shadow_baseline import shadow_baseline
from gatehouse.operations.view_baselines import list_baselines, show_baseline
from gatehouse.operations.watch_baselines import watch_baselines
from gatehouse.store import rounds
from gatehouse.store.engine import transaction
from gatehouse.store.tables import SetAsideRow


@pytest.fixture
def fleet(tmp_path: Path, fresh_store_url: str) -> Iterator[Fleet]:
    made = measured_fleet(tmp_path, fresh_store_url)
    yield made
    made.workspace.engine.dispose()


def learned(fleet: Fleet, target: str = PROGRAM, **asked: Any) -> Lessons:
    """Learn what the SKU's physics speaks of, or what is asked."""
    return learn_baselines(fleet.workspace, LearnRequest(target, "pat", **asked))


def proposed(fleet: Fleet, **asked: Any) -> int:
    """The one proposal that learning files."""
    (lesson,) = learned(fleet, **asked).lessons
    assert lesson.baseline is not None
    return lesson.baseline


def spec_of(fleet: Fleet, round_id: str = "") -> RoundSpec:
    """What a round keeps that is opened now, or that was opened before."""
    opened = round_id or open_round(fleet.workspace, RoundRequest(PROGRAM, "pat"))
    with transaction(fleet.workspace.engine) as session:
        return RoundSpec.from_json(rounds.get_round(session, opened).spec)


def enforced(fleet: Fleet) -> int:
    """A baseline that went all the way."""
    fleet.round()
    number = proposed(fleet)
    promote_baseline(fleet.workspace, number, "Kim", "looks right")
    for _ in range(7):
        fleet.round()
    promote_baseline(fleet.workspace, number, "Kim", "no false alarm")
    return number


def visit(driver: str | None, rate: float = 55.0) -> list[Result]:
    """What one visit says."""
    told = [Reading("vbios", "96.00", "", "gpu0"), *([Reading("driver", driver)] if driver else [])]
    said = {
        "firmware_inventory": told,
        "accelerator_topology": [Reading("gpus", 2)],
        "accelerator_bandwidth": [Reading(READING, rate, "GB/s", "gpu0"), Reading("version", "v0.7")],
    }
    return [Result(name, Measured.COMPLETE, Verdict.PASS, "", tuple(readings)) for name, readings in said.items()]


def test_the_slow_host_is_found_and_the_bound_lies_between(fleet: Fleet) -> None:
    """It should propose a floor above the slow host and below all others, with its evidence."""
    round_id = fleet.round({"f-04": 0.95})
    (lesson,) = learned(fleet).lessons
    assert lesson.outliers == ("f-04",)
    assert isinstance(lesson.limit, AtLeast)
    assert 52.4 < lesson.limit.value < 55.0
    assert (lesson.limit.good, lesson.limit.count, lesson.state) == (pytest.approx(55.1, abs=0.1), 2, "proposed")
    assert not lesson.limit.holds(lesson.limit.bad)
    shown = show_baseline(fleet.workspace, lesson.baseline or 0)
    assert shown.baseline.outliers == ("f-04",)
    assert shown.evidence["rounds"] == [round_id]
    assert shown.baseline.cohort == f"fast, driver {DRIVER}, vbios 96.00, gpus 2, version v0.7"
    assert shown.moves[0].who == "pat"


def test_the_same_evidence_stands_once_and_newer_evidence_replaces_it(fleet: Fleet) -> None:
    """It should not pile up proposals, and lose none."""
    fleet.round()
    first = proposed(fleet)
    assert proposed(fleet) == first
    fleet.round({"f-01": 0.999})
    second = proposed(fleet)
    assert [(b.id, b.state) for b in list_baselines(fleet.workspace)] == [(first, "replaced"), (second, "proposed")]
    assert [b.id for b in list_baselines(fleet.workspace, "fast", "proposed")] == [second]


def test_only_sound_results_speak_and_only_the_latest(fleet: Fleet) -> None:
    """It should pass over an inadmissible round, a result set aside, and what was measured before."""
    fleet.round({"f-02": 0.5})
    fleet.round()
    fleet.round({"f-03": 0.5}, admissible=False)
    round_id = fleet.round({"f-05": 0.5})
    with transaction(fleet.workspace.engine) as session:
        bad = next(
            r
            for r in rounds.results(session, round_id)
            if (r.serial, r.diagnostic) == ("SN00005", "accelerator_bandwidth")
        )
        session.add(SetAsideRow(result_id=bad.id, who="Kim", reason="a cable was loose"))
    (lesson,) = learned(fleet).lessons
    assert lesson.outliers == ()


def test_a_fleet_that_is_slow_for_the_most_part_is_caught_by_physics(fleet: Fleet) -> None:
    """It should file nothing, and name the share of the peak."""
    fleet.round(dict.fromkeys(fleet.hosts[:7], 0.6))
    (lesson,) = learned(fleet).lessons
    assert lesson.learned is not None
    assert lesson.learned.finding is Finding.POISONED
    assert "52% of the peak" in lesson.reason
    assert lesson.baseline is None
    assert list_baselines(fleet.workspace) == ()


def test_firmware_is_never_mixed(fleet: Fleet) -> None:
    """It should learn each driver by itself, and say which has too few hosts."""
    fleet.round(driver={"f-01": "560.2", "f-02": "560.2"})
    old, new = sorted(learned(fleet).lessons, key=lambda lesson: lesson.cohort.firmware or "")
    assert (old.baseline is not None, new.baseline) == (True, None)
    assert new.learned is not None
    assert new.learned.finding is Finding.TOO_FEW
    assert "2 hosts of at least 8" in new.reason


def test_a_host_that_does_not_tell_its_driver_is_left_out_and_named(fleet: Fleet) -> None:
    """It should not guess that it is like the others."""
    fleet.round(driver={"f-01": None})
    found = learned(fleet)
    assert found.left_out == {"f-01": ("firmware",)}
    assert found.lessons[0].learned is not None
    assert "f-01" not in {score.host for score in found.lessons[0].learned.scores}


def test_words_have_a_fingerprint_and_numbers_on_request(fleet: Fleet) -> None:
    """It should name the host whose checksum differs; and propose exactly the modal value."""
    fleet.round(checksum={"f-07": "9f3d"})
    (lesson,) = learned(fleet, readings=("checksum",)).lessons
    assert lesson.outliers == ("f-07",)
    assert lesson.limit is not None
    assert lesson.limit.kind == "equals"
    assert lesson.limit.value == "9f3c"
    (gpus,) = learned(fleet, readings=("gpus",), exact=True).lessons
    assert gpus.limit is not None
    assert gpus.limit.required == "2"
    (links,) = learned(fleet, readings=("all_inactive",), exact=True).lessons
    assert links.limit is not None
    assert links.limit.comparable(False)  # the store keeps yes and no as numbers
    assert (links.limit.holds(False), links.limit.holds(True)) == (True, False)
    promote_baseline(fleet.workspace, links.baseline or 0, "Kim", "links are up")
    fleet.round()
    assert (shadow_baseline(fleet.workspace, links.baseline or 0).runs, links.state) == (10, "proposed")


def test_what_cannot_be_learned_says_what_to_do(fleet: Fleet) -> None:
    """It should refuse strangers, empty stores and unknown names, and ask for a direction."""
    with pytest.raises(UsageError, match="neither a program nor a SKU"):
        learned(fleet, "nobody")
    with pytest.raises(UsageError, match="no sound result"):
        learned(fleet)
    fleet.round()
    with pytest.raises(UsageError, match="called nothing"):
        learned(fleet, readings=("nothing*",))
    assert learned(fleet, readings=("gpus",)).no_direction == ("gpus",)
    assert learned(fleet, "fast", phase="EVT").lessons
    with pytest.raises(UsageError, match="no state"):
        list_baselines(fleet.workspace, state="loved")
    with pytest.raises(NotFoundError):
        show_baseline(fleet.workspace, 99)


def test_nothing_gates_before_the_shadow_has_seen_enough(fleet: Fleet) -> None:
    """It should go by a person's hand, step by step, each with a reason."""
    fleet.round()
    number = proposed(fleet)
    for who, reason in (("", "why"), ("Kim", " ")):
        with pytest.raises(UsageError):
            promote_baseline(fleet.workspace, number, who, reason)
    with pytest.raises(RefusedError, match="nobody has put it into the shadow"):
        shadow_baseline(fleet.workspace, number)
    assert promote_baseline(fleet.workspace, number, "Kim", "looks right") == "shadow"
    with pytest.raises(RefusedError, match="not seen enough in the shadow"):
        promote_baseline(fleet.workspace, number, "Kim", "hurry")
    assert spec_of(fleet).learned == ()
    for _ in range(6):
        fleet.round()
    with pytest.raises(RefusedError, match="9 more runs of good machines"):
        promote_baseline(fleet.workspace, number, "Kim", "hurry")
    fleet.round()
    assert promote_baseline(fleet.workspace, number, "Kim", "no false alarm") == "enforced"
    with pytest.raises(RefusedError, match="nothing to promote"):
        promote_baseline(fleet.workspace, number, "Kim", "more")


def test_the_shadow_counts_alarms_on_good_machines_as_false_and_others_as_confirmed(fleet: Fleet) -> None:
    """It should tell them by what else failed on the machine, then or later, and let the last run wait."""
    fleet.round()
    number = proposed(fleet)
    promote_baseline(fleet.workspace, number, "Kim", "looks right")
    fleet.round({"f-01": 0.9, "f-02": 0.9})
    fleet.round(failed=("f-02",))
    fleet.round(driver={"f-03": "560.2", "f-04": None})
    found = shadow_baseline(fleet.workspace, number)
    assert (found.runs, found.alarms, found.confirmed, found.false_alarms) == (28, 2, 1, 1)
    assert (found.outside, found.unknown, found.waiting) == (1, 1, 8)
    assert found.hosts == ("f-01 (SN00001)", "f-02 (SN00002)")
    assert not found.enough


def test_an_enforced_baseline_is_a_limit_of_later_rounds_only(fleet: Fleet) -> None:
    """It should be in the spec of rounds opened after it, with its number, and not in those before."""
    before = open_round(fleet.workspace, RoundRequest(PROGRAM, "pat"))
    number = enforced(fleet)
    assert spec_of(fleet, before).learned == ()
    (one,) = spec_of(fleet).learned
    assert one.baseline == number
    assert one.limit.source.startswith(f"baseline {number}: learned from 10 of 10 hosts of fast, driver {DRIVER}")
    reject_baseline(fleet.workspace, number, "Kim", "the lab's cables were special")
    assert spec_of(fleet).learned == ()
    assert [move.state for move in show_baseline(fleet.workspace, number).moves] == [
        "proposed", "shadow", "enforced", "rejected",
    ]  # fmt: skip
    with pytest.raises(RefusedError, match="rejected already"):
        reject_baseline(fleet.workspace, number, "Kim", "again")


def test_a_newer_baseline_takes_the_place_of_the_enforced_one(fleet: Fleet) -> None:
    """It should never hold a machine against two of the same question."""
    first = enforced(fleet)
    fleet.round({"f-01": 0.999})
    second = proposed(fleet)
    promote_baseline(fleet.workspace, second, "Kim", "newer")
    for _ in range(7):
        fleet.round()
    promote_baseline(fleet.workspace, second, "Kim", "seen")
    assert {b.id: b.state for b in list_baselines(fleet.workspace)} == {first: "replaced", second: "enforced"}


def test_a_machine_of_another_firmware_is_not_held_against_it_and_an_unknown_one_is_a_hole(fleet: Fleet) -> None:
    """It should hold for its cohort, stand back for another, and say of the unknown why it could not tell."""
    number = enforced(fleet)
    fleet.round(driver={"f-01": "560.2", "f-02": None})
    reach = show_baseline(fleet.workspace, number).reach
    assert (len(reach.held), reach.others, reach.unknown) == (8, ("f-01",), ("f-02",))
    assert f"baseline {number} holds now for 8 hosts; not for 1 of other cohorts: f-01; unknown for 1: f-02" in list(
        watch_baselines(fleet.workspace, "airflow")
    )
    learned_limits = spec_of(fleet).learned
    same = holding(learned_limits, "fast", visit(DRIVER))
    assert [limit.baseline for limit in same.limits] == [number]
    assert same.limits[0].requirement.endswith(f" GB/s (baseline {number})")
    other = holding(learned_limits, "fast", visit("560.2"))
    assert (other.limits, dict(other.holes)) == ([], {})
    unknown = holding(learned_limits, "fast", [r for r in visit(DRIVER) if r.diagnostic != "firmware_inventory"])
    assert unknown.limits == []
    (said,) = unknown.holes["accelerator_bandwidth"]
    assert said.startswith(f"baseline {number} on rate_gbps was learned on fast, driver {DRIVER}")
    assert "firmware of this machine is unknown" in said
    assert holding(learned_limits, "another", visit(DRIVER)).limits == []


def test_what_tells_no_firmware_may_not_gate(fleet: Fleet) -> None:
    """It should refuse a bound of which nobody can say when it no longer holds."""
    fleet.round(driver={"*": None})
    number = proposed(fleet)
    assert "firmware untold" in show_baseline(fleet.workspace, number).baseline.cohort
    promote_baseline(fleet.workspace, number, "Kim", "looks right")
    with pytest.raises(RefusedError, match="did not tell their firmware"):
        promote_baseline(fleet.workspace, number, "Kim", "go")


def test_a_baseline_is_exported_as_a_limit_of_the_catalogue(fleet: Fleet) -> None:
    """It should be YAML of one limit, with remarks on where it comes from."""
    fleet.round({"f-04": 0.9})
    number = proposed(fleet)
    text = export_baseline(fleet.workspace, number)
    assert f"# for the limits of skus/fast.yaml; learned on fast, driver {DRIVER}" in text
    (entry,) = yaml.safe_load(text)
    exported = AtLeast.model_validate(entry)
    assert exported.source.startswith(f"baseline {number}: ")
    assert exported.baseline == number


def test_watching_learns_from_what_was_measured_and_says_what_deserves_a_look(fleet: Fleet) -> None:
    """It should be quiet while nothing was measured, and add nothing when it is asked again."""
    assert list(watch_baselines(fleet.workspace, "airflow")) == []
    fleet.round()
    (said,) = watch_baselines(fleet.workspace, "airflow")
    assert said.startswith("fast accelerator_bandwidth rate_gbps: baseline 1 proposes at least 5")
    assert list(watch_baselines(fleet.workspace, "airflow")) == [said]
    promote_baseline(fleet.workspace, 1, "Kim", "looks right")
    fleet.round({"f-04": 0.9}, driver={"f-09": None})
    outlying, silent, shadow = watch_baselines(fleet.workspace, "airflow")
    assert outlying.endswith("lies out: f-04")
    assert silent == "fast: f-09 does not tell its firmware"
    assert shadow.startswith("baseline 1 (gpu* rate_gbps) in the shadow: 9 runs compared")

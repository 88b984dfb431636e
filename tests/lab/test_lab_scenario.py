"""Scenario files: what they may say, and how they are told off."""

from pathlib import Path

import pytest

from gatehouse.lab.faultbook import FaultBook
from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.scenario import load_scenario, parse_fault, parse_scenario, scenario_names, scenario_path
from gatehouse.model.errors import CatalogError, NotFoundError


def problems(text: str) -> list[str]:
    """What is wrong with a scenario."""
    with pytest.raises(CatalogError) as caught:
        parse_scenario(text, "it.yaml")
    return caught.value.problems


def test_everything_that_may_be_said() -> None:
    scenario = parse_scenario("""
title: All of it
faults:
  - id: a
    host: [h100-evt-01, "h100-dvt-*"]
    part: gpu3
    fault: ecc_uncorrectable
    with: {count: 4}
    from: 30
    until: 2030-01-01T00:00:00Z
    intermittent: {probability: 0.25, seed: 7, per: boot}
    group: rack-4
    cleared_by: [repair, reset_device]
  - id: b
    host: h100-evt-02
    facts: {gpu1.temp_c: 95, system.bios_version: "0.9"}
    kernel:
      - plain line
      - {line: "{time} {host} at {pci}", count: 3, spacing_s: 0.5, level: err}
    tool: {lspci: missing, nvidia-smi: {stdout: "no", exit_code: 9}, lscpu: {slow: 2.5}}
    transport: silent
  - id: c
    host: h100-evt-03
    transport: {mode: drop_after_bytes, after_bytes: 100}
  - id: d
    host: h100-evt-04
    fault: duplicate_serial
    as: h100-evt-01
    intermittent: 0.5
""")
    one, two, three, four = scenario.faults
    assert one.hosts == ["h100-evt-01", "h100-dvt-*"]
    assert one.intermittent is not None
    assert one.intermittent.per == "boot"
    assert two.transport is not None
    assert two.transport.mode == "silent"
    assert three.transport is not None
    assert three.transport.after_bytes == 100
    assert four.as_ == "h100-evt-01"
    assert four.intermittent is not None
    assert four.intermittent.probability == 0.5


def test_an_empty_scenario_is_a_healthy_one() -> None:
    assert parse_scenario("").faults == []


def test_an_error_says_file_line_and_field() -> None:
    text = """title: x
faults:
  - id: a
    host: h1
    fault: gremlins
  - id: b
    host: h1
    fault: nic_down
    colour: red
"""
    first, second = problems(text)
    assert first.startswith("it.yaml:5: faults.0.fault: no fault 'gremlins'; there are: ")
    assert second.startswith("it.yaml:9: faults.1.colour: ")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("{host: h}", "faults.0.id"),
        ("{id: a, fault: nic_down}", "faults.0.host"),
        ("{id: a, host: h, fault: nic_down, intermittent: 1.5}", "faults.0.intermittent.probability"),
        ("{id: a, host: h, fault: nic_down, intermittent: 0}", "faults.0.intermittent.probability"),
        ("{id: a, host: h, transport: pigeon}", "faults.0.transport.mode"),
        ("{id: a, host: h, tool: {lspci: asleep}}", "faults.0.tool.lspci"),
        ("{id: a, host: h, kernel: [{count: 2}]}", "faults.0.kernel.0"),
        ("{id: a, host: h, fault: nic_down, cleared_by: [magic]}", "faults.0.cleared_by.0"),
        ("{id: a, host: h, fault: nic_down, from: soon}", "faults.0.from"),
    ],
)
def test_each_field_is_checked(entry: str, field: str) -> None:
    said = problems(f"faults:\n  - {entry}\n")
    assert said
    assert all(line.startswith("it.yaml:2: ") for line in said)
    assert any(field in line for line in said)


def test_a_fault_that_does_nothing_is_an_error() -> None:
    assert "does nothing" in problems("faults:\n  - {id: a, host: h}\n")[0]


def test_two_faults_of_one_id_are_an_error() -> None:
    text = "faults:\n  - {id: a, host: h, fault: nic_down}\n  - {id: a, host: h, fault: mce}\n"
    assert "two faults have the id 'a'" in problems(text)[0]


def test_broken_yaml_is_told_with_its_line() -> None:
    assert problems("title: x\nfaults: [\n")[0].startswith("it.yaml:3: the file: ")


def test_a_tag_is_not_obeyed() -> None:
    """It should never build Python objects from a scenario."""
    assert problems("title: !!python/object/apply:os.getcwd []\n")[0].startswith("it.yaml:1: ")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(CatalogError, match=r"nowhere\.yaml:1: the file: No such file"):
        load_scenario(Path("nowhere.yaml"))


def test_a_scenario_is_found_by_name_or_path(tmp_path: Path) -> None:
    assert load_scenario(scenario_path("demo")).title == "Demo"
    assert scenario_path(str(tmp_path / "mine.yaml")) == tmp_path / "mine.yaml"
    with pytest.raises(NotFoundError, match="demo"):
        scenario_path("nonesuch")


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_the_lab_fits_its_fleet(name: str) -> None:
    hosts = {host.name: host for host in FleetPlan.of_size(60).hosts()}
    book = FaultBook(hosts, 0.0)
    scenario = load_scenario(scenario_path(name))
    book.place_all(scenario)
    assert {one.spec.id for placed in book.placed.values() for one in placed} == {spec.id for spec in scenario.faults}


def test_the_demo_is_what_the_story_needs() -> None:
    faults = {fault.host: (fault.part, fault.fault, fault.as_) for fault in load_scenario(scenario_path("demo")).faults}
    assert faults == {
        "h100-dvt-017": ("gpu3", "ecc_uncorrectable", ""),
        "h100-dvt-042": ("", "duplicate_serial", "h100-dvt-041"),
        "mi300x-evt-03": ("gpu5", "accelerator_missing", ""),
    }


def test_a_fault_over_the_control_socket_is_checked_alike() -> None:
    with pytest.raises(CatalogError, match="no fault 'gremlins'"):
        parse_fault({"id": "a", "host": "h", "fault": "gremlins"})

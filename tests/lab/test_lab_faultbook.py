"""Which faults are on which host: placing, time, chance, and what ends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_driving import GAUDI3, H100, MI300X, NOW_S, STARTED_S, fleet, lab_host, machine, run

from gatehouse.lab.faultbook import FaultBook
from gatehouse.lab.host import LabHost
from gatehouse.lab.machine.machine import Boot
from gatehouse.lab.scenario import FaultSpec, parse_fault, parse_scenario
from gatehouse.model.errors import CatalogError, UsageError

BOOT = Boot(0, STARTED_S - 86_400)


def book(*faults: FaultSpec) -> FaultBook:
    """A book with those faults."""
    made = FaultBook(fleet(), STARTED_S)
    for fault in faults:
        made.place(fault)
    return made


def spec(**value: object) -> FaultSpec:
    """A fault."""
    base: dict[str, object] = {"id": "one", "host": H100, "fault": "nic_down"}
    return parse_fault(base | {key.rstrip("_"): setting for key, setting in value.items()})


def test_a_glob_places_a_fault_on_all_hosts_it_fits() -> None:
    assert book().place(spec(host="*-evt-01")) == [GAUDI3, H100, MI300X]
    assert book().place(spec(host="*", fault="nvlink_down")) == ["h100-evt-01", "h100-evt-02"]
    assert book().place(spec(host=[H100, GAUDI3])) == [GAUDI3, H100]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"host": "nonesuch"}, "no host nonesuch"),
        ({"host": MI300X, "fault": "nvlink_down"}, "only for nvidia"),
        ({"part": "gpu0"}, "a fault of nic, not of 'gpu0'"),
        ({"part": "nic42"}, "the last is nic9"),
        ({"part": "flux3"}, "no part 'flux3'"),
        ({"part": "dimm Z9", "fault": "edac_ce"}, "its DIMMs are A1 to P2"),
        ({"host": GAUDI3, "part": "gpu0", "fault": "ecc_uncorrectable"}, "parts are hpuN"),
        ({"with_": {"colour": 3}}, "no setting 'colour'"),
        ({"fault": "edac_ce", "with_": {"count": "many"}}, "setting 'count'"),
        ({"facts": {"gpu0.colour": 1}}, "there is no 'colour'"),
        ({"facts": {"gpu0": 1}}, "names a part and no value"),
        ({"facts": {"gpu0.temp_c": "hot"}}, "cannot take its place"),
        ({"facts": {"gpu0.present": 1}}, "cannot take its place"),
        ({"facts": {"cpu5.x": 1}}, "no facts of its own"),
    ],
)
def test_what_fits_nowhere_is_refused_with_the_reason(value: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        book().place(spec(**value))


def test_a_scenario_tells_all_that_does_not_fit() -> None:
    scenario = parse_scenario("faults:\n  - {id: a, host: x, fault: mce}\n  - {id: b, host: y, fault: mce}\n")
    with pytest.raises(CatalogError) as caught:
        book().place_all(scenario, "it.yaml")
    assert [problem.split(":")[:2] for problem in caught.value.problems] == [
        ["it.yaml", " fault 'a'"],
        ["it.yaml", " fault 'b'"],
    ]


def test_a_fault_begins_and_ends() -> None:
    made = book(spec(from_=100, until=200))

    def on(after_s: float) -> bool:
        return bool(made.active(H100, STARTED_S + after_s, BOOT, 1))

    assert [on(after) for after in (0, 99, 100, 199, 200, 900)] == [False, False, True, True, False, False]


def test_times_may_be_given_by_the_clock() -> None:
    made = book(spec(from_="2026-05-28T20:26:00Z", until="2026-05-28T20:27:00"))  # without a zone it is UTC
    assert made.active(H100, NOW_S, BOOT, 1)
    assert not made.active(H100, NOW_S + 60, BOOT, 1)


def test_facts_reach_deep_into_the_model() -> None:
    facts = {
        "gpu2.volatile.sram_uncorrectable": 3,
        "gpu2.links.4.up": False,
        "system.serial": "SOMETHING",
        "nic1.up": False,
        "disk3.media_errors": 9,
        "dimm A1.present": False,
        "fan0.rpm": None,
        "bmc.inlet_c": 40,
    }
    host = machine(H100, facts=facts)
    assert host.accelerators[2].volatile.sram_uncorrectable == 3
    assert not host.accelerators[2].links[4].up
    assert "SOMETHING" in run(host, "dmidecode -t system").out
    assert "Link 4: <inactive>" in run(host, "nvidia-smi nvlink -s -i 2").out
    assert "FAN1             | 30h | ns " in run(host, "ipmitool sdr elist").out


def test_kernel_lines_are_filled_and_repeated() -> None:
    lines = ["plain {unknown} {host.__class__}", {"line": "{host} {pci} {time}", "count": 3, "spacing_s": 2}]
    host = machine(H100, fault="cpu_miscompute", part="cpu1", kernel=lines)
    log = run(host, "dmesg").out
    assert log.count("h100-evt-01  2026-05-28T") == 3
    assert "plain {unknown} {host.__class__}" in log
    with_part = machine(H100, fault="thermal_throttle", part="gpu0", kernel=["at {pci}"])
    assert "at 0000:19:00.0" in run(with_part, "dmesg").out


def test_tools_of_a_scenario() -> None:
    host = machine(
        H100, tool={"lspci": "missing", "lscpu": {"stdout": "x", "stderr": "y", "exit_code": 3}, "id": {"slow": 4}}
    )
    assert run(host, "lspci").code == 127
    assert (run(host, "lscpu").code, run(host, "lscpu").out, run(host, "lscpu").err) == (3, "x", "y")
    assert run(host, "id").waited_s == 4


@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_chance_is_the_same_each_time_and_about_right(seed: int, probability: float) -> None:
    made = book(spec(intermittent={"probability": probability, "seed": seed}))
    drawn = [bool(made.active(H100, NOW_S, BOOT, call)) for call in range(300)]
    assert drawn == [bool(made.active(H100, NOW_S, BOOT, call)) for call in range(300)]
    assert abs(sum(drawn) / 300 - probability) < 0.2  # more than six standard deviations


def test_chance_for_each_boot_holds_through_the_boot() -> None:
    made = book(spec(intermittent={"probability": 0.5, "per": "boot"}))
    for boot in range(20):
        assert len({bool(made.active(H100, NOW_S, Boot(boot, 0.0), call)) for call in range(20)}) == 1
    assert len({bool(made.active(H100, NOW_S, Boot(boot, 0.0), 0)) for boot in range(40)}) == 2


def test_a_group_comes_and_goes_together() -> None:
    chance = {"probability": 0.5, "seed": 3}
    together = book(spec(host="*", group="rack-1", intermittent=chance))
    apart = book(spec(host="*", intermittent=chance))

    def states(made: FaultBook) -> set[tuple[bool, ...]]:
        return {tuple(bool(made.active(name, NOW_S, BOOT, call)) for name in fleet()) for call in range(30)}

    assert states(together) == {(True,) * 6, (False,) * 6}
    assert len(states(apart)) > 2


def host_with(*faults: FaultSpec) -> LabHost:
    """A host with those faults."""
    made = book(*faults)
    return LabHost(fleet()[H100], made, BOOT, clock=lambda: NOW_S)


def test_a_repair_ends_what_it_names() -> None:
    host = host_with(spec(id="a"), spec(id="b", fault="mce"), spec(id="c", fault="mce", part="cpu9"))
    assert host.book.clear(H100, "repair", "a") == ["a"]
    assert host.book.clear(H100, "repair", "a") == []
    assert host.book.clear(H100, "repair", "mce") == ["b", "c"]
    assert host.book.active(H100, NOW_S, BOOT, 1) == []


def test_a_repair_of_one_host_leaves_the_others() -> None:
    made = book(spec(host="h100-*"))
    made.clear(H100, "repair")
    assert not made.active(H100, NOW_S, BOOT, 1)
    assert made.active("h100-evt-02", NOW_S, BOOT, 1)


def test_a_reboot_ends_only_what_a_reboot_ends() -> None:
    host = host_with(spec(id="noise", fault="xid45_storm"), spec(id="bad", fault="ecc_uncorrectable"))
    before = host.look()
    assert host.reboot() == ["noise"]
    after = host.look()
    assert before.boot_id != after.boot_id
    assert after.uptime_s == pytest.approx(30)
    log = run(after, "dmesg").out
    assert "): 45," not in log
    assert "): 48," in log  # a part that stays bad says so again
    assert float(run(after, "cat /proc/uptime").out.split()[0]) < 60


def test_a_device_reset_ends_only_what_is_on_that_device() -> None:
    host = host_with(
        spec(id="here", fault="remap_pending", part="gpu1"),
        spec(id="there", fault="remap_pending", part="gpu2"),
        spec(id="hard", fault="row_remap_failure", part="gpu1"),
    )
    assert host.reset_device("gpu1") == ["here"]
    assert {one.spec.id for one in host.book.active(H100, NOW_S, BOOT, 1)} == {"there", "hard"}


def test_a_scenario_may_say_what_ends_a_fault() -> None:
    host = host_with(spec(id="soft", fault="ecc_uncorrectable", cleared_by=["reboot"]))
    assert host.reboot() == ["soft"]


def test_the_same_fault_can_come_back_after_a_repair() -> None:
    made = book(spec())
    made.clear(H100, "repair")
    made.place(spec())
    assert made.active(H100, NOW_S, BOOT, 1)


def test_every_look_counts() -> None:
    host = lab_host(H100)
    assert [host.look().sample for _ in range(3)] == [1, 2, 3]
    temperatures = {tuple(gpu.temp_c for gpu in host.look().accelerators) for _ in range(20)}
    assert len(temperatures) > 1

"""Every fault that a diagnostic is there for is found by it, on the right part; healthy machines pass in everything."""

import pytest
from asking import catalog, result, results
from lab_driving import GAUDI3, H100, HOST_OF, MI300X, SKUS, lab_host

from gatehouse.catalog.plan import Plan, PlannedDiagnostic
from gatehouse.decisions.verdicts import NO_DEVICE, NO_READER
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.lab.faults.registry import all_faults
from gatehouse.model.status import Measured, Verdict

BY_SSH = [n for n, d in all_diagnostics().items() if all(a.via == "ssh" for asks in d.cells.values() for a in asks)]
EVERYTHING = Plan(title="all", diagnostics=tuple(PlannedDiagnostic(diagnostic=name) for name in BY_SSH))
# (diagnostic, host, fault, part, the part that the diagnostic names, a word of its reason)
FOUND = [
    ("memory_errors", H100, "edac_ce", "dimm B1", "host", "memory.corrected is 240"),
    ("memory_errors", MI300X, "edac_ue", "dimm C1", "dimm DIMM_C1", "uncorrected on DIMM"),
    ("memory_errors", GAUDI3, "mce", "cpu3", "host", "mce.errors is 1"),
    ("hardware_tree", H100, "dimm_missing", "dimm A1", "host", "memory.installed is 31"),
    ("hardware_tree", MI300X, "nic_missing", "nic3", "host", "network is 9"),
    ("firmware_inventory", H100, "firmware_mismatch", "gpu4", "gpu4", "vbios"),
    ("firmware_inventory", MI300X, "firmware_mismatch", "gpu4", "gpu4", "vbios"),
    ("firmware_inventory", GAUDI3, "firmware_mismatch", "nic6", "hca6", "fw is '22.31.1014'"),
    ("firmware_inventory", H100, "firmware_mismatch", "disk5", "dev5", "firmware is 'GDC5602Q'"),
    ("firmware_inventory", H100, "firmware_mismatch", "", "host", "firmware is '1.02'"),
    ("bmc_sensors", H100, "fan_failed", "fan3", "FAN4", "status is 'cr'"),
    ("bmc_sensors", MI300X, "psu_lost", "psu1", "PS2 Status", "AC lost"),
    ("bmc_sensors", GAUDI3, "inlet_hot", "", "host", "Inlet Temp.value is 41"),
    ("bmc_sensors", H100, "rail_low", "", "12V", "10.40 Volts"),
    ("bmc_event_log", H100, "psu_lost", "psu1", "Power Supply PS2 Status", "AC lost"),
    ("bmc_event_log", H100, "edac_ue", "dimm D2", "Memory DIMM_D2", "Uncorrectable ECC"),
    ("bmc_event_log", GAUDI3, "rail_low", "", "Voltage 12V", "Lower Critical"),
    ("fru_inventory", H100, "psu_missing", "psu4", "host", "present is 6"),
    ("nvme_health", H100, "disk_spare_low", "disk3", "disk3", "available_spare is 6"),
    ("nvme_health", MI300X, "disk_worn", "disk2", "disk2", "percent_used is 104"),
    ("nvme_ocp_health", GAUDI3, "disk_media_errors", "disk1", "disk1", "uncorrectable_read_error_count is 37"),
    ("rdma_link", H100, "nic_down", "nic4", "mlx5_4", "phys is 'POLLING'"),
    ("rdma_ports", MI300X, "nic_down", "nic4", "mlx5_4", "state is 'Down'"),
    ("rdma_ports", GAUDI3, "nic_speed_degraded", "nic7", "mlx5_7", "rate is 200"),
    ("ib_errors", H100, "ib_symbol_errors", "nic5", "hca5.port1", "SymbolErrorCounter.delta is"),
    ("nic_counters", MI300X, "nic_crc_errors", "nic8", "nic8", "rx_crc_errors_phy.delta is"),
    ("nic_counters", H100, "nic_flapping", "nic2", "nic2", "link_down_events_phy.delta is"),
    ("cable_health", GAUDI3, "cable_errors", "nic9", "hca9", "effective_ber"),
    ("cable_health", H100, "optic_hot", "nic3", "hca3", "temp_c is 78"),
    ("optic_module", MI300X, "optic_hot", "nic3", "nic3", "temp_c is 78.5"),
    ("optic_module", H100, "optic_dark", "nic6", "nic6", "rx power low alarm"),
    ("switch_neighbours", GAUDI3, "nic_down", "nic2", "host", "neighbors is 9"),
    ("accelerator_idle", H100, "foreign_process", "", "host", "processes is 8"),
    ("accelerator_idle", MI300X, "foreign_process", "", "gpu7", "gfx_pct is 97"),
    ("accelerator_idle", GAUDI3, "foreign_process", "", "host", "processes is 8"),
    ("accelerator_topology", H100, "nvlink_down", "gpu2", "host", "min_nvlinks_between_pairs is 17"),
    ("accelerator_topology", H100, "accelerator_missing", "gpu2", "host", "pairs_ok is 21"),
    ("accelerator_bandwidth", H100, "host_copy_slow", "gpu6", "host", "host_to_device_memcpy_ce.row0.col6_gbps is 2"),
    ("accelerator_bandwidth", H100, "pcie_width_degraded", "gpu1", "host", "device_to_host_memcpy_ce.row0.col1_gbps"),
    ("accelerator_bandwidth", H100, "fabric_copy_slow", "gpu3", "host", "device_to_device_memcpy_read_ce.row0.col3"),
    ("accelerator_bandwidth", MI300X, "host_copy_slow", "gpu6", "cpu0.gpu6", "gbps is 2"),
    ("accelerator_bandwidth", MI300X, "xgmi_link_down", "gpu2", "gpu2.gpu4", "gbps is 1"),
    ("accelerator_copy_access", MI300X, "fabric_copy_slow", "gpu5", "dev2.dev7", "gbps is 2"),
    ("accelerator_burn", H100, "accelerator_miscompute", "gpu6", "gpu6", "wrong results"),
    ("collective_bandwidth", H100, "accelerator_miscompute", "gpu6", "host", "Out of bounds values"),
    ("collective_bandwidth", MI300X, "fabric_copy_slow", "gpu6", "host", "row.17179869184.oop.busbw is 1"),
    ("collective_bandwidth", H100, "nvlink_down", "gpu6", "host", "row.17179869184.oop.busbw is 4"),
    ("fabric_log", H100, "nvswitch_error", "", "0000:09:00.0", "fatal error 20034"),
    ("fabric_errors", H100, "nvlink_crc_errors", "gpu5", "gpu5.link2", "crc_errors.delta is 90"),
    ("pcie_replays", H100, "pcie_replays", "gpu3", "gpu3", "pcie.replay.delta is 30"),
    ("pcie_replays", MI300X, "pcie_replays", "gpu0", "gpu0", "pcie.replay.delta is 30"),
    ("power_draw", GAUDI3, "power_high", "", "host", "power_w is 9900"),
    ("accelerator_health", MI300X, "accelerator_wrong_memory", "gpu3", "gpu3", "vram.total_mb"),
    ("hardware_tree", GAUDI3, "disk_missing", "disk4", "host", "disks is 7"),
    ("nic_link", H100, "nic_half_duplex", "nic4", "nic4", "duplex is 'Half'"),
    ("cpu_sdc", MI300X, "cpu_miscompute", "cpu17", "cpu", "not ok"),
]
# (level, host, fault, part, finding of DCGM)
DIAGNOSED = [
    (1, H100, "remap_pending", "gpu2", "dcgm.software"),
    (1, H100, "ecc_uncorrectable", "gpu3", "dcgm.software"),
    (2, H100, "row_remap_failure", "gpu3", "dcgm.memory"),
    (2, H100, "pcie_width_degraded", "gpu1", "dcgm.pcie"),
    (3, H100, "accelerator_miscompute", "gpu5", "dcgm.diagnostic"),
    (3, H100, "host_copy_slow", "gpu0", "dcgm.nvbandwidth"),
    (3, H100, "thermal_throttle", "gpu7", "dcgm.targeted_power"),
]


@pytest.mark.parametrize("sku", SKUS)
def test_a_healthy_machine_passes_in_everything(sku: str) -> None:
    """It should pass every diagnostic, and skip only what nobody can ask of it."""
    for name, found in results(lab_host(HOST_OF[sku]), EVERYTHING).items():
        if found.measured is Measured.SKIP:
            assert found.reason in (NO_READER, NO_DEVICE), name
        else:
            assert (found.measured, found.verdict, found.reason) == (Measured.COMPLETE, Verdict.PASS, ""), name


@pytest.mark.parametrize(("diagnostic", "host", "fault", "part", "named", "words"), FOUND)
def test_a_fault_is_found_by_its_diagnostic(
    diagnostic: str, host: str, fault: str, part: str, named: str, words: str
) -> None:
    """It should fail the diagnostic that is there for the fault, and name the part."""
    found = result(host, diagnostic, fault=fault, part=part)
    assert (found.measured, found.verdict) == (Measured.COMPLETE, Verdict.FAIL), found.reason
    assert named in {violation.part for violation in found.violations}
    assert any(words in f"{violation.check} is {violation.seen}" for violation in found.violations), found.violations


@pytest.mark.parametrize(("level", "host", "fault", "part", "signature"), DIAGNOSED)
def test_the_vendors_diagnosis_names_the_gpu(level: int, host: str, fault: str, part: str, signature: str) -> None:
    """It should fail at the level that runs the test, with DCGM's words about that GPU."""
    found = result(host, "accelerator_diag", level, fault=fault, part=part)
    assert (found.measured, found.verdict) == (Measured.COMPLETE, Verdict.FAIL)
    assert (part, signature) in {(finding.part, finding.signature) for finding in found.findings}
    assert {finding.part for finding in found.findings} == {part}


def test_a_shallow_diagnosis_does_not_see_what_only_a_load_shows() -> None:
    assert result(H100, "accelerator_diag", 2, fault="accelerator_miscompute", part="gpu5").verdict is Verdict.PASS


@pytest.mark.parametrize("fault", ["thermal_throttle", "accelerator_miscompute"])
def test_rvs_fails_the_gpu_that_misses_its_target(fault: str) -> None:
    found = result(MI300X, "accelerator_diag", fault=fault, part="gpu3")
    assert found.verdict is Verdict.FAIL
    assert {finding.signature for finding in found.findings} == {"rvs.gst"}
    assert len({finding.part for finding in found.findings}) == 1


def test_the_log_of_corrected_errors_names_the_module() -> None:
    found = result(H100, "memory_errors", fault="edac_ce", part="dimm B1")
    assert {r.part: r.value for r in found.readings if r.name == "label"} == {"dimm0": "DIMM_B1"}


def test_counters_that_stood_high_and_do_not_grow_are_no_fault() -> None:
    """It should judge what a counter gained while the plan ran, however much it held before."""
    found = results(lab_host(H100, facts={"nic2.rx_crc_errors": 90_000}), _plan("nic_counters"))["nic_counters"]
    values = {(r.part, r.name): r.value for r in found.readings}
    assert values["nic2", "rx_crc_errors_phy.delta"] == 0
    assert found.verdict is Verdict.PASS


def test_only_the_counters_that_are_judged_are_kept() -> None:
    names = {reading.name for reading in result(H100, "nic_counters").readings}
    assert "rx_packets" not in names
    assert {"rx_crc_errors_phy.delta", "window_s"} <= names


def test_a_tool_that_is_missing_is_a_skip() -> None:
    found = result(H100, "bmc_sensors", fault="tool_missing", with_={"tool": "ipmitool"})
    assert (found.measured, found.verdict) == (Measured.SKIP, Verdict.NOT_APPLICABLE)
    assert "not installed" in found.reason


def test_a_machine_without_such_a_part_says_so() -> None:
    assert result(MI300X, "ib_errors").reason == NO_DEVICE
    assert result(GAUDI3, "accelerator_diag").reason == NO_READER


def test_every_new_fault_of_the_lab_is_found_by_something() -> None:
    """It should leave no fault of a load, a cable or a supply without the diagnostic that is there for it."""
    new = {"accelerator_miscompute", "host_copy_slow", "fabric_copy_slow", "nvswitch_error", "foreign_process"}
    new |= {"power_high", "ib_symbol_errors", "cable_errors", "optic_dark", "disk_spare_low", "psu_missing", "rail_low"}
    assert new <= set(all_faults())
    assert new <= {fault for _, _, fault, *_ in FOUND}


def test_every_limit_speaks_of_a_reading_that_a_healthy_machine_gives() -> None:
    """It should compare every limit of the shipped SKUs with at least one value."""
    for sku in SKUS:
        found = results(lab_host(HOST_OF[sku]), EVERYTHING)
        for limit in (each for each in catalog().skus[sku].limits if each.diagnostic in BY_SSH):
            names = {r.name for r in found[limit.diagnostic].readings if limit.matches(r.part) and r.value is not None}
            assert any(limit.reading == name or "*" in limit.reading for name in names), (sku, limit.reading)


def _plan(*names: str) -> Plan:
    return Plan(title="test", diagnostics=tuple(PlannedDiagnostic(diagnostic=name) for name in names))


@pytest.mark.parametrize("fault", ["remap_pending", "ecc_uncorrectable", "thermal_throttle"])
def test_a_fault_is_not_found_by_a_question_about_something_else(fault: str) -> None:
    """It should leave a GPU's errors to the diagnostic that asks for them, though the same tool tells of them."""
    assert result(H100, "accelerator_idle", fault=fault, part="gpu3").verdict is Verdict.PASS
    assert result(H100, "accelerator_health", fault=fault, part="gpu3").verdict is Verdict.FAIL


@pytest.mark.parametrize("name", sorted(name for name, kind in all_faults().items() if kind.noise))
def test_noise_fails_nothing(name: str) -> None:
    """It should pass a machine in everything whose only trouble is what an application did."""
    found = results(lab_host(H100, fault=name), EVERYTHING)
    assert [each.diagnostic for each in found.values() if each.verdict is Verdict.FAIL] == []

"""Gaudi, Intel data center GPUs, Neuron, TPU."""

import json

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

GAUDI = recording("hl-smi-table", "gaudi2_two_one_ecc_one_process")
DIAG = recording("xpu-smi-diag-table", "level2_memory_failed")
HEALTH = recording("xpu-smi-health-table", "memory_temperature_critical")
NEURON = recording("neuron-ls-table", "inf2_two_devices")
TPU = recording("tpu-info", "v5e_box_drawing")


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("27C", "N/A", "temp_c"),
        ("  88W /", "  N/A /", "power_w"),
        ("768MiB /", "   N/A /", "mem.used_mib"),
        ("                   0  |", "                 N/A  |", "ecc.uncorrectable"),
    ],
)
def test_no_value_of_a_gaudi_is_unknown(old: str, new: str, fact: str) -> None:
    """It should never read 0 where hl-smi prints N/A."""
    assert GAUDI.count(old) >= 1
    facts = reading("hl-smi-table", GAUDI.replace(old, new, 1)).facts
    assert facts[f"aip0.{fact}"] is None
    assert facts[f"aip1.{fact}"] is not None


def test_a_gaudi_without_its_lower_border_was_cut() -> None:
    """It should leave out a device whose rows may not all be there."""
    report = reading("hl-smi-table", GAUDI[: GAUDI.index("| N/A   41C")])
    assert report.facts["aips"] == 1
    assert "aip1.name" not in report.facts
    assert not report.complete


def test_the_unit_of_old_versions() -> None:
    """It should read Mib as MiB."""
    assert reading("hl-smi-table", GAUDI.replace("MiB", "Mib")).facts["aip0.mem.total_mib"] == 98304


@pytest.mark.parametrize("heading", ["temperature.aip [C]", "temperature.aip[C]", "temperature.aip"])
def test_columns_of_a_gaudi_query(heading: str) -> None:
    """It should read columns by heading, whatever the order, with or without units."""
    facts = reading("hl-smi-csv", f"bus_id, {heading}, index\n0000:19:00.0, 27, 4\n").facts
    assert facts["aip4.temp_c"] == 27
    assert facts["aip4.bus"] == "0000:19:00.0"


def test_a_passed_check_may_warn() -> None:
    """It should keep the warning of a check that passed."""
    text = DIAG.replace("Message: Pass to check libraries   ", "Message: warning: 2 process(es).   ")
    facts = reading("xpu-smi-diag-table", text).facts
    assert facts["Software Library.result"] == "Pass"
    assert facts["Software Library.warning"] is True


def test_the_items_of_a_diagnostic_are_counted() -> None:
    """It should notice a check that is absent."""
    assert reading("xpu-smi-diag-table", DIAG).complete
    assert not reading(
        "xpu-smi-diag-table", DIAG.replace("| Items                  | 3", "| Items                  | 9")
    ).complete


@pytest.mark.parametrize(
    ("word", "is_finding"), [("OK", False), ("Ok", False), ("Unknown", False), ("Warning", True), ("Critical", True)]
)
def test_states_of_a_component(word: str, is_finding: bool) -> None:
    """It should call trouble what is neither in order nor unknown; unknown is no pass either."""
    report = reading("xpu-smi-health-table", HEALTH.replace("Status: Critical", f"Status: {word}".ljust(16)))
    assert report.facts["GPU Memory Temp.status"] == word.lower()
    assert (("hardware", "gpu2", "xpu.health.gpu_memory_temp") in found(report)) is is_finding


def test_columns_of_neuron_may_be_absent() -> None:
    """It should read the columns that there are, by their two-line headings."""
    facts = reading("neuron-ls-table", NEURON).facts
    assert facts["dev1.connected"] == [0, 2]
    assert "dev0.numa" not in facts


def test_a_fragment_of_neuron_monitor() -> None:
    """It should read a group without its braces, and not a number that was cut."""
    devices = '[{"neuron_device_index": 0, "mem_ecc_corrected": 7}]'
    fragment = f'"neuron_hw_counters": {{\n "period": 1.030359,\n "neuron_devices": {devices},\n "error": ""\n}},\n'
    report = reading("neuron-monitor-json", fragment)
    assert report.facts["dev0.mem_ecc_corrected"] == 7
    assert report.facts["period_s"] == 1.030359
    assert report.facts["valid_json"] is False
    assert not report.complete
    assert "period_s" not in reading("neuron-monitor-json", fragment[:40]).facts


def test_errors_of_neuron_monitor() -> None:
    """It should pass on what a group of counters says went wrong."""
    group = {"neuron_hw_counters": {"period": 1, "neuron_devices": [], "error": "driver is not loaded"}}
    report = reading("neuron-monitor-json", json.dumps({"system_data": group}))
    assert report.facts["error"] == "driver is not loaded"
    assert any("driver is not loaded" in error for error in report.errors)


def test_tables_of_tpu_info_in_any_drawing() -> None:
    """It should read box characters and pipes alike."""
    pipes = recording("tpu-info", "v5e_box_drawing").translate(str.maketrans("┃│", "||"))
    for drawn in "┏┓┡┩└┘┳╇┴":
        pipes = pipes.replace(drawn, "+")
    pipes = pipes.replace("━", "-").replace("─", "-")
    assert reading("tpu-info", pipes).facts == reading("tpu-info", TPU).facts


def test_chips_that_nothing_uses() -> None:
    """It should list the chips and say that their use is not told."""
    report = reading("tpu-info", TPU[: TPU.index("TPU Runtime")])
    assert report.facts["chips"] == 2
    assert not report.complete


@pytest.mark.parametrize(
    "tool", ["hl-smi-table", "hl-smi-csv", "xpu-smi-diag-table", "xpu-smi-health-table", "neuron-ls-table", "tpu-info"]
)
def test_other_tables(tool: str) -> None:
    """It should refuse a table of something else."""
    assert reading(tool, "+------+------+\n| Fan  | 12 % |\n+------+------+\na, b\n1, 2\n").status is Measured.ERROR


def test_the_versions_of_tpu_info() -> None:
    """It should read --version, where N/A is unknown."""
    report = reading("tpu-info", "- tpu-info version: 0.8.0\n- libtpu version: N/A (incompatible environment)\n")
    assert report.facts["tpu_info"] == "0.8.0"
    assert report.facts["libtpu"] is None


def test_metrics_of_tpu_info_by_core() -> None:
    """It should read the tables of --metric."""
    table = (
        "TPU Duty Cycle\n\n| Core ID | Duty Cycle (%) |\n|---------|----------------|\n| 0       | 97.50%         |\n"
    )
    assert reading("tpu-info", table).facts["core0.duty_pct"] == 97.5


def test_all_reports_of_neuron_monitor_are_searched() -> None:
    """It should find an uncorrected error that only a later report counts."""
    device = {"neuron_device_index": 3, "mem_ecc_uncorrected": 0}
    later = {**device, "mem_ecc_uncorrected": 2}
    lines = [json.dumps({"neuron_hw_counters": {"period": 1, "neuron_devices": [each]}}) for each in (device, later)]
    report = reading("neuron-monitor-json", "\n".join(lines) + "\n")
    assert report.facts["dev3.mem_ecc_uncorrected"] == 0
    assert found(report) == [("hardware", "dev3", "neuron.mem_ecc_uncorrected")]


def test_a_description_of_a_device_is_no_health() -> None:
    """It should not take the states that ``xpu-smi discovery`` lists for the status of a component."""
    rows = (
        "Device ID | Device Information",
        "0 | Device Name: QX-1",
        " | Device State: normal",
        " | GFX Status: normal",
    )
    rule = f"+{'-' * 12}+{'-' * 30}+\n"
    lines = ["| {:<10} | {:<28} |\n".format(*(cell.strip() for cell in row.split("|"))) for row in rows]
    report = reading("xpu-smi-health-table", rule + lines[0] + rule + "".join(lines[1:]) + rule)
    assert report.status is Measured.ERROR
    assert not report.findings

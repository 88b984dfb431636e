"""amd-smi, rocm-smi and the ROCm Validation Suite."""

import json

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured
from gatehouse.vendors.amd_values import value_of

METRIC = json.loads(recording("amd-smi-json", "mi300x_metric_two"))
TEXT = recording("amd-smi-text", "mi210_metric_two")
TABLE = recording("rocm-smi-table", "mi210_rocm50")
RVS = recording("rvs-log", "gst_one_gpu_below_target")


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("w", {"value": 34, "unit": "W"}, 34),
        ("w", {"value": "34", "unit": "W"}, 34),
        ("w", "34 W", 34),
        ("w", {"value": "N/A", "unit": "W"}, None),
        ("w", {"value": 65535, "unit": "W"}, None),
        ("w", {"value": 34, "unit": "C"}, None),
        ("c", "100 °C", 100),
        ("v", {"value": 729, "unit": "mV"}, 0.729),
        ("count", "N/A", None),
        ("count", 0, 0),
        ("word", "N/A", None),
        ("word", {"a": 1}, None),
        ("w", ["N/A"], None),
    ],
)
def test_values(kind: str, said: object, value: object) -> None:
    """It should read a value in any of amd-smi's forms, and all-ones of 16 bits as none."""
    assert value_of(kind, said) == value


def test_json_in_all_its_frames() -> None:
    """It should read a bare list, one GPU, and the list under gpu_data alike."""
    frames = [METRIC, {"gpu_data": METRIC}, METRIC[0]]
    reports = [reading("amd-smi-json", json.dumps(frame, indent=4)) for frame in frames]
    assert [report.facts["gpus"] for report in reports] == [2, 2, 1]
    assert all(report.facts["gpu0.power_w"] == 139 for report in reports)
    assert all(report.complete for report in reports)


def test_links_to_other_gpus_are_no_gpus() -> None:
    """It should not take a GPU that is named inside another one's tree for a GPU of the list."""
    linked = [{**METRIC[0], "link_metrics": [{"gpu": 7, "power": {"socket_power": {"value": 1, "unit": "W"}}}]}]
    facts = reading("amd-smi-json", json.dumps(linked)).facts
    assert facts["gpus"] == 1
    assert not any(name.startswith("gpu7.") for name in facts)


def test_a_cut_list_keeps_whole_gpus() -> None:
    """It should drop the GPU in which the document ends."""
    text = json.dumps(METRIC, indent=4)
    report = reading("amd-smi-json", text[: text.rindex('"ecc"')])
    assert report.facts["gpus"] == 1
    assert not report.complete


def test_json_and_text_have_the_same_names() -> None:
    """It should name facts alike, so that limits fit both."""
    text = {name for name in reading("amd-smi-text", TEXT).facts if name.startswith("gpu0.")}
    assert text <= set(reading("amd-smi-json", json.dumps(METRIC)).facts)


def test_a_gpu_with_fewer_sections_was_cut() -> None:
    """It should compare the GPUs of one machine."""
    report = reading("amd-smi-text", TEXT[: TEXT.rindex("    ECC:")])
    assert not report.complete
    assert report.facts["gpu1.temp.mem_c"] == 75


@pytest.mark.parametrize("said", ['{"card0": 1}', '{"card0": {}}', '{"gpu": 0}', "[]"])
def test_other_json(said: str) -> None:
    """It should refuse or find nothing in what is not rocm-smi's."""
    report = reading("rocm-smi-json", said)
    assert report.status is Measured.ERROR or report.facts["gpu0.power_w"] is None


def test_keys_of_rocm_smi_differ_by_version() -> None:
    """It should find power under any of its sentences."""
    for key in (
        "Average Graphics Package Power (W)",
        "Current Socket Graphics Package Power (W)",
        "Current Socket Power (W)",
    ):
        assert reading("rocm-smi-json", json.dumps({"card0": {key: "36.0"}})).facts["gpu0.power_w"] == 36.0


def test_columns_of_rocm_smi_may_move() -> None:
    """It should read a row by its headings."""
    moved = (
        TABLE.replace("AvgPwr  SCLK  ", "SCLK    AvgPwr")
        .replace("41.0W   800Mhz ", "800Mhz  41.0W  ")
        .replace("288.0W  1700Mhz", "1700Mhz 288.0W ")
    )
    facts = reading("rocm-smi-table", moved).facts
    assert facts["gpu0.power_w"] == 41.0
    assert facts["gpu1.clocks.sclk_mhz"] == 1700


def test_a_row_that_does_not_fit_is_left_out() -> None:
    """It should not guess which of a row's cells is absent."""
    report = reading("rocm-smi-table", TABLE.replace("34.0c           41.0W", "34.0c"))
    assert "gpu0.power_w" not in report.facts
    assert not report.complete


def test_the_end_of_the_table_is_awaited() -> None:
    """It should say when the last line of the log is absent."""
    assert not reading("rocm-smi-table", TABLE[: TABLE.index("2    N/A")]).complete


def test_a_target_of_zero_proves_nothing() -> None:
    """It should say whether "met" means anything."""
    text = RVS.replace("Target GFLOPS: 600000 met: FALSE", "Target GFLOPS: 0 met: TRUE").replace("600000", "0")
    report = reading("rvs-log", text)
    assert report.facts["verdict_meaningful"] is False
    assert report.facts["met_false"] == 0
    assert not report.findings


def test_a_target_that_was_not_met() -> None:
    """It should name the GPU that stayed below its target."""
    assert found(reading("rvs-log", RVS)) == [("hardware", "gpu.17224", "rvs.gst")]


def test_pairs_are_counted() -> None:
    """It should hold the number of pairs against those that are listed."""
    pairs = recording("rvs-log", "pbqt_two_pairs")
    assert reading("rvs-log", pairs).complete
    assert not reading("rvs-log", pairs.replace("/2]", "/56]")).complete


def test_a_log_without_verdicts_is_not_complete() -> None:
    """It should not take a run that was stopped for one that passed."""
    report = reading("rvs-log", RVS[: RVS.index("[RESULT] [ 1222")])
    assert not report.complete
    assert "gpu.8991.met" not in report.facts


def test_a_topology_is_read_by_the_order_of_its_columns() -> None:
    """It should name GPUs by their place and keep numbers as numbers."""
    first, second = "0000:0c:00.0", "0000:22:00.0"
    table = f"HOPS TABLE:\n             {first} {second}\n{first} 0            1\n{second} 1            0\n"
    types = table.replace("HOPS", "LINK TYPE").replace(" 0            1", " SELF         XGMI")
    facts = reading("amd-smi-text", f"{table}\n{types}").facts
    assert facts["gpu0.gpu1.hops"] == 1
    assert facts["gpu0.gpu1.link_type"] == "XGMI"
    assert facts["gpu1.bdf"] == "0000:22:00.0"


def test_the_versions_of_amd_smi() -> None:
    """It should give the same names for text and JSON."""
    line = "AMDSMI Tool: 24.6.2+2b02a07 | AMDSMI Library version: 24.6.2.0 | ROCm version: 6.2.2\n"
    text = reading("amd-smi-text", line).facts
    versions = {"version": "24.6.2+2b02a07", "amdsmi_library_version": "24.6.2.0", "rocm_version": "6.2.2"}
    assert reading("amd-smi-json", json.dumps([{"tool": "AMDSMI Tool", **versions}])).facts.items() <= text.items()


@pytest.mark.parametrize(
    "said",
    [
        "ERROR:root:Unable to detect any GPU devices, check amdgpu version\n",
        "Can not find a device: GPU '9' Error code: -3\n",
    ],
)
def test_what_amd_smi_says_instead(said: str) -> None:
    """It should be an error in the tool's own words, and never trouble of the hardware."""
    report = reading("amd-smi-text", said)
    assert report.status is Measured.ERROR
    assert said.strip() in report.errors[0]
    assert not report.findings


def test_a_value_without_a_name_of_its_own() -> None:
    """It should stand under its place, with the unit that is printed beside it."""
    section = "    THROTTLE:\n        PPT_ACCUMULATED: 585613\n        PPT_VIOLATION_ACTIVITY: 3 %\n        HBM: N/A\n"
    text = f"GPU: 0\n{section}"
    facts = reading("amd-smi-text", text).facts
    assert facts["gpu0.throttle.ppt_accumulated"] == 585613
    assert facts["gpu0.throttle.ppt_violation_activity_pct"] == 3
    assert facts["gpu0.throttle.hbm"] is None


def test_a_machine_that_is_set_up_otherwise() -> None:
    """It should call BAR sizes and packages that are not as configured a matter of configuration."""
    bars = (
        "[INFO  ] [257936.5] [a]  smqt 3254 bar5_size      0 (0.00 B)\n[RESULT] [257936.6] [a]  smqt 3254 pass: false\n"
    )
    report = reading("rvs-log", bars)
    assert found(report) == [("configuration", "gpu.3254", "rvs.smqt")]
    assert report.facts["gpu.3254.bar5_b"] == 0
    packages = "[RESULT] [1.5] Action name :p\n[RESULT] [1.6] Module name :rcqt\n    Missing packages             : 2\n"
    assert found(reading("rvs-log", packages)) == [("configuration", "host", "rvs.rcqt")]


def test_properties_of_gpus_and_their_links() -> None:
    """It should keep a link's properties apart from the GPU's."""
    lines = "[RESULT] [3.1] [a] gpup 42583 simd_count 1024\n[RESULT] [3.2] [a] gpup 42583 7 weight 15\n"
    facts = reading("rvs-log", lines).facts
    assert (facts["gpu.42583.simd_count"], facts["gpu.42583.link7.weight"]) == (1024, 15)

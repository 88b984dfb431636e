"""nvidia-smi -q -x."""

import re

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

TWO = recording("nvidia-smi-xml", "h100_two_one_remap_pending")


def changed(tag: str, words: str, text: str = TWO) -> str:
    """The recording with other words in the first element of that tag."""
    return re.sub(rf"<{tag}>[^<]*</{tag}>", f"<{tag}>{words}</{tag}>", text, count=1)


@pytest.mark.parametrize("words", ["N/A", "[N/A]", "Not Supported", "Unknown Error", "ERR!", ""])
@pytest.mark.parametrize(
    ("tag", "fact"),
    [("gpu_temp", "temp_c"), ("dram_uncorrectable", "ecc.volatile.dram_uncorrectable"), ("used", "fb.used_mib")],
)
def test_no_value_is_unknown(tag: str, fact: str, words: str) -> None:
    """It should never read 0 where the GPU gave no number."""
    report = reading("nvidia-smi-xml", changed(tag, words))
    assert report.facts[f"gpu0.{fact}"] is None
    assert report.facts[f"gpu1.{fact}"] is not None


def test_unknown_errors_are_counted() -> None:
    """It should count the GPUs with a field that the driver could not read, and blame the tool's path to it."""
    report = reading("nvidia-smi-xml", changed("addressing_mode", "Unknown Error"))
    assert report.facts["gpus_with_unknown_error"] == 1
    assert report.facts["gpu0.addressing_mode"] == "Unknown Error"
    assert ("tool_error", "gpu0", "nvml.unknown_error") in found(report)


def test_an_absent_element_of_the_core_is_unknown() -> None:
    """It should report what every version has as unknown, and leave out what only some have."""
    text = re.sub(r"<gpu_temp>.*?</gpu_temp>|<voltage>.*?</voltage>", "", TWO, flags=re.DOTALL)
    facts = reading("nvidia-smi-xml", text).facts
    assert facts["gpu0.temp_c"] is None
    assert "gpu0.voltage.graphics_v" not in facts


def test_declared_and_listed_gpus() -> None:
    """It should not be complete when GPUs that are attached are not listed."""
    report = reading("nvidia-smi-xml", changed("attached_gpus", "8"))
    assert not report.complete
    assert "8 GPUs declared, 2 listed" in report.errors
    assert report.facts["gpu1.temp_c"] == 35


def test_a_cut_document_keeps_the_gpus_that_came_whole() -> None:
    """It should drop the GPU in which the document ends."""
    report = reading("nvidia-smi-xml", TWO[: TWO.rindex("<gpu_power_readings>")])
    assert report.facts["gpus"] == 1
    assert not any(name.startswith("gpu1.") for name in report.facts)
    assert not report.complete


def test_mig_devices() -> None:
    """It should list MIG devices with their instance and memory."""
    memory = "<fb_memory_usage><total>19968 MiB</total></fb_memory_usage>"
    mig = f"<mig_device><gpu_instance_id>3</gpu_instance_id>{memory}</mig_device>"
    facts = reading("nvidia-smi-xml", TWO.replace("\n\t\t\tNone\n", mig, 1)).facts
    assert facts["gpu0.mig.devices"] == 1
    assert facts["gpu0.mig0.gpu_instance_id"] == 3
    assert facts["gpu0.mig0.fb.total_mib"] == 19968
    assert facts["gpu0.mig0.multiprocessors"] is None


@pytest.mark.parametrize(
    ("tag", "words", "signature"),
    [
        ("remapped_row_failure", "Yes", "row_remap.failure"),
        ("reset_required", "Yes", "gpu.reset_required"),
        ("sram_threshold_exceeded", "Yes", "sram.threshold_exceeded"),
        ("pending_retirement", "Yes", "page_retirement.pending"),
        ("gpu_recovery_action", "Reboot", "gpu.recovery_action"),
    ],
)
def test_what_the_gpu_says_of_itself(tag: str, words: str, signature: str) -> None:
    """It should pass on what a GPU says is wrong with it."""
    assert ("hardware", "gpu0", signature) in found(reading("nvidia-smi-xml", changed(tag, words)))


@pytest.mark.parametrize(
    ("text", "exit_code", "finding"),
    [
        (
            "Failed to initialize NVML: Driver/library version mismatch\n",
            18,
            ("configuration", "host", "nvidia.driver"),
        ),
        ("Failed to initialize NVML: Unknown Error\n", 255, ("tool_error", "host", "nvml.unknown_error")),
        (
            "Unable to determine the device handle for GPU0: 0000:3B:00.0: Unknown Error\n",
            255,
            ("hardware", "0000:3b:00.0", "gpu.no_handle"),
        ),
    ],
)
def test_nvidia_smi_that_cannot_answer(text: str, exit_code: int, finding: tuple[str, str, str]) -> None:
    """It should be an error with its cause, and no measurement."""
    report = reading("nvidia-smi-xml", text, exit_code)
    assert report.status is Measured.ERROR
    assert found(report) == [finding]
    assert not report.facts


def test_no_devices_is_a_measurement() -> None:
    """It should read that there are none, which a limit will judge."""
    report = reading("nvidia-smi-xml", "No devices were found\n", 6)
    assert report.status is Measured.COMPLETE
    assert report.facts == {"gpus": 0}


def test_another_document_is_refused() -> None:
    """It should not read the XML of another tool."""
    assert reading("nvidia-smi-xml", "<?xml version='1.0'?><list><node/></list>\n").status is Measured.ERROR

"""nvidia-smi -q."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

TWO = recording("nvidia-smi-q", "a100_mig_remap_failure")


def test_it_gives_the_facts_of_the_xml() -> None:
    """It should name facts as the XML reader does, so that limits fit both."""
    text = reading("nvidia-smi-q", TWO).facts
    xml = reading("nvidia-smi-xml", recording("nvidia-smi-xml", "h100_two_one_remap_pending")).facts
    of_gpu = {name.removeprefix("gpu0.") for name in text if name.startswith("gpu0.") and ".mig0." not in name}
    assert len(of_gpu) > 40
    assert of_gpu - {"mig.devices"} <= {name.removeprefix("gpu0.") for name in xml}


@pytest.mark.parametrize("words", ["N/A", "Unknown Error", "[N/A]", ""])
def test_no_value_is_unknown(words: str) -> None:
    """It should never read 0 where the GPU gave no number."""
    text = TWO.replace(": 33 C", f": {words}").replace(": 66.10 W", f": {words}")
    facts = reading("nvidia-smi-q", text).facts
    assert facts["gpu0.temp_c"] is None
    assert facts["gpu0.power_w"] is None
    assert facts["gpu1.temp_c"] == 36


def test_a_fragment_without_a_heading_is_the_first_gpu() -> None:
    """It should read what people paste, and say that it is not all."""
    report = reading("nvidia-smi-q", "    Remapped Rows\n        Pending                 : Yes\n")
    assert report.facts["gpu0.remapped.pending"] is True
    assert "gpu0.temp_c" not in report.facts
    assert not report.complete
    assert found(report) == [("hardware", "gpu0", "row_remap.pending")]


def test_volatile_and_aggregate_are_told_apart() -> None:
    """It should not mix counters of one name under two headings."""
    text = TWO.replace(
        "            DRAM Uncorrectable            : 2\n        Aggregate",
        "            DRAM Uncorrectable            : 9\n        Aggregate",
    )
    facts = reading("nvidia-smi-q", text).facts
    assert facts["gpu0.ecc.volatile.dram_uncorrectable"] == 9
    assert facts["gpu0.ecc.aggregate.dram_uncorrectable"] == 2


def test_declared_and_listed_gpus() -> None:
    """It should notice that a GPU is absent."""
    report = reading("nvidia-smi-q", TWO[: TWO.index("GPU 00000000:0A:00.0")])
    assert not report.complete
    assert report.facts["gpus"] == 1


def test_a_broken_field_is_counted() -> None:
    """It should count GPUs with a field in error."""
    report = reading(
        "nvidia-smi-q",
        TWO.replace("Addressing Mode                       : None", "Addressing Mode                       : ERR!"),
    )
    assert report.facts["gpus_with_unknown_error"] == 2
    assert ("tool_error", "gpu1", "nvml.unknown_error") in found(report)


def test_another_text_is_refused() -> None:
    """It should not read lines with colons as GPUs."""
    assert reading("nvidia-smi-q", "Product Name : value\nOther : thing\n").status is Measured.ERROR

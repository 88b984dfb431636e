"""nvidia-smi nvlink."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

GPU = "GPU {}: NVIDIA H100 80GB HBM3 (UUID: GPU-{})\n"


def test_one_dead_link_is_the_links_trouble() -> None:
    """It should blame the link when its neighbours live."""
    report = reading("nvidia-smi-nvlink", GPU.format(0, "a") + "\t Link 0: 26.562 GB/s\n\t Link 1: <inactive>\n")
    assert found(report) == [("hardware", "gpu0.link1", "nvlink.inactive")]
    assert report.facts["gpu0.link0.speed_gbps"] == 26.562
    assert report.facts["gpu0.link1.speed_gbps"] is None


@pytest.mark.parametrize(
    "lines",
    [
        "\t Link 0: <inactive>\n\t Link 1: <inactive>\n",
        "NVML: Unable to retrieve NVLink information as all links are inActive\n",
    ],
)
def test_all_links_down_is_no_links_trouble(lines: str) -> None:
    """It should leave it to the SKU whether a card without live links is in order."""
    report = reading("nvidia-smi-nvlink", GPU.format(0, "a") + lines)
    assert found(report) == [("configuration", "gpu0", "nvlink.all_inactive")]
    assert report.facts["gpu0.all_inactive"] is True


def test_a_card_without_nvlink() -> None:
    """It should be healthy, without links."""
    report = reading("nvidia-smi-nvlink", GPU.format(0, "a") + "Device does not have or support Nvlink\n")
    assert report.facts["gpu0.nvlink_supported"] is False
    assert report.complete
    assert not report.findings


def test_a_last_line_with_its_unit_is_whole() -> None:
    """It should take "25 GB/s" at the very end, and not "25 GB"."""
    start = GPU.format(0, "a") + "\t Link 0: 25 GB/s\n\t Link 1: 25 GB"
    assert reading("nvidia-smi-nvlink", start + "/s").facts["gpu0.links"] == 2
    assert reading("nvidia-smi-nvlink", start + "/s").complete
    assert reading("nvidia-smi-nvlink", start).facts["gpu0.links"] == 1
    assert not reading("nvidia-smi-nvlink", start).complete


def test_a_cut_counter_is_left_out() -> None:
    """It should not take 1 for 17."""
    text = GPU.format(0, "a") + "\t Link 0: Replay Errors: 0\n\t Link 0: CRC Errors: 1"
    report = reading("nvidia-smi-nvlink", text)
    assert report.facts["gpu0.link0.replay_errors"] == 0
    assert "gpu0.link0.crc_errors" not in report.facts
    assert not report.complete


def test_gpus_of_one_model_have_as_many_links() -> None:
    """It should notice a list that ends between two links."""
    link = "\t Link {}: 25 GB/s\n"
    whole = GPU.format(0, "a") + link.format(0) + link.format(1) + GPU.format(1, "b") + link.format(0)
    assert not reading("nvidia-smi-nvlink", whole).complete
    assert reading("nvidia-smi-nvlink", whole + link.format(1)).complete


def test_a_list_of_gpus_is_no_status() -> None:
    """It should not take ``nvidia-smi -L`` for GPUs without links."""
    assert reading("nvidia-smi-nvlink", GPU.format(0, "a")).status is Measured.ERROR

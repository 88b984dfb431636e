"""nvidia-smi topo."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

HEAD = "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\n"


def test_separators() -> None:
    """It should read tabs, blanks and colours alike."""
    tabs = HEAD + "GPU0\t X \tNV18\t0-51,104-155\t0\nGPU1\tNV18\t X \t52-103\t1\n"
    blanks = tabs.replace("\t", "    ")
    colours = tabs.replace("GPU0\tGPU1\tCPU", "\x1b[4mGPU0\tGPU1\tCPU", 1)
    reports = [reading("nvidia-smi-topo", text) for text in (tabs, blanks, colours)]
    assert reports[0].facts == reports[1].facts == reports[2].facts
    assert reports[0].facts["gpu0.gpu1"] == "NV18"
    assert reports[0].facts["gpu0.cpu_affinity"] == "0-51,104-155"
    assert reports[0].facts["gpu1.numa_affinity"] == "1"
    assert reports[0].facts["min_nvlinks_between_pairs"] == 18


def test_a_pair_without_nvlink_has_none() -> None:
    """It should not overlook the pair that is not connected."""
    assert (
        reading("nvidia-smi-topo", recording("nvidia-smi-topo", "a100_four_two_nics")).facts[
            "min_nvlinks_between_pairs"
        ]
        == 0
    )


@pytest.mark.parametrize("rows", ["GPU0\t X \tNV18\t0-51\t0\n", "GPU0\t X \tNV18\t0-51\t0\nGPU1\tNV1"])
def test_absent_rows(rows: str) -> None:
    """It should notice that a GPU of the headings has no row, or half of one."""
    report = reading("nvidia-smi-topo", HEAD + rows)
    assert report.facts["gpus"] == 1
    assert not report.complete


def test_words_that_are_no_connection() -> None:
    """It should leave out a row whose words it does not know."""
    report = reading("nvidia-smi-topo", HEAD + "GPU0\t X \tWARP9\t0-51\t0\nGPU1\tNV18\t X \t0-51\t0\n")
    assert "gpu0.gpu1" not in report.facts
    assert not report.complete


@pytest.mark.parametrize(("word", "pairs_ok"), [("OK", 1), ("CNS", 0), ("U", 0)])
def test_peer_to_peer(word: str, pairs_ok: int) -> None:
    """It should count pairs that reach each other; an unknown one is no pass."""
    report = reading("nvidia-smi-topo-p2p", f"\tGPU0\tGPU1\n GPU0\tX\t{word}\n GPU1\t{word}\tX\n")
    assert report.facts["pairs_ok"] == pairs_ok
    assert (found(report) == [("configuration", "gpu0", "p2p.unsupported")]) is (word == "CNS")


def test_no_matrix() -> None:
    """It should refuse other texts."""
    assert reading("nvidia-smi-topo", "GPU0 is fine\n").status is Measured.ERROR

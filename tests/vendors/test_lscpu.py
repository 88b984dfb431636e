"""lscpu, in the layouts of its versions."""

import json

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

OLD = """\
Architecture:        x86_64
CPU(s):              {cpus}
Thread(s) per core:  2
Core(s) per socket:  4
Socket(s):           1
Vendor ID:           GenuineIntel
Model name:          Example CPU
CPU max MHz:         {max_mhz}
L3 cache:            {l3}
{numa}Flags:               fpu vme
"""
NUMA = "NUMA node(s):        1\nNUMA node0 CPU(s):   0-7\n"


def old(cpus: str = "8", max_mhz: str = "3900.0000", l3: str = "30720K", numa: str = NUMA) -> str:
    """The layout before 2.37."""
    return OLD.format(cpus=cpus, max_mhz=max_mhz, l3=l3, numa=numa)


@pytest.mark.parametrize(
    ("printed", "size", "instances"),
    [
        ("30720K", 31457280, None),
        ("1.5 MiB (2 instances)", 1572864, 2),
        ("1 GiB (1 instance)", 1073741824, 1),
        ("unknown size", None, None),
        ("32 elephants", None, None),
    ],
)
def test_cache_sizes(printed: str, size: int | None, instances: int | None) -> None:
    """It should give bytes as printed, and unknown for words."""
    facts = reading("lscpu", old(l3=printed)).facts
    assert facts["l3_bytes"] == size
    assert facts.get("l3_instances") == instances


@pytest.mark.parametrize("value", ["-", "", "n/a", "3,900,0"])
def test_a_clock_that_is_no_number(value: str) -> None:
    """It should be unknown, never 0."""
    assert reading("lscpu", old(max_mhz=value)).facts["max_mhz"] is None


def test_a_clock_with_a_decimal_comma() -> None:
    """It should read the number of a host whose locale writes commas."""
    assert reading("lscpu", old(max_mhz="3900,0000")).facts["max_mhz"] == 3900


def test_declared_nodes_against_listed() -> None:
    """It should notice that a NUMA node is missing from the list: the output was cut."""
    report = reading("lscpu", old(numa="NUMA node(s):        2\nNUMA node0 CPU(s):   0-3\n"))
    assert not report.complete
    assert "2 NUMA nodes declared, 1 listed" in report.errors


def test_a_kernel_without_numa() -> None:
    """It should be complete, with the number of nodes unknown."""
    report = reading("lscpu", old(numa=""))
    assert report.complete
    assert report.facts["numa_nodes"] is None
    assert report.facts["numa_node_ids"] is None


def test_node_ids_need_not_be_contiguous() -> None:
    """It should list the ids that are there: POWER and CXL machines leave gaps on purpose."""
    numa = "NUMA node(s):        2\nNUMA node0 CPU(s):   0-3\nNUMA node8 CPU(s):   4-7\n"
    assert reading("lscpu", old(numa=numa)).facts["numa_node_ids"] == [0, 8]


def test_the_big_cores_come_first() -> None:
    """It should keep the first model where a machine has several."""
    text = old() + "Model name:          Small core\n"
    assert reading("lscpu", text).facts["model"] == "Example CPU"


def test_the_parsable_table_is_passed_over() -> None:
    """It should not take rows of lscpu -p for anything."""
    report = reading("lscpu", old() + "\n# CPU,Core,Socket,Node\n0,0,0,0\n1,1,0,0\n")
    assert report.complete and report.facts["cpus"] == 8


def test_json_and_text_agree() -> None:
    """It should give the same facts for both forms of one machine."""
    pairs = [line.split(":", 1) for line in recording("lscpu", "epyc9654_two_sockets").splitlines()]
    rows: list[dict[str, object]] = [{"field": f"{key.strip()}:", "data": value.strip()} for key, value in pairs]
    start = next((index for index, row in enumerate(rows) if row["field"] == "Vulnerabilities:"), len(rows) - 1)
    rows[start]["children"] = rows[start + 1 :]
    text = reading("lscpu", recording("lscpu", "epyc9654_two_sockets"))
    assert reading("lscpu", json.dumps({"lscpu": rows[: start + 1]})).facts == text.facts


TABLE = """# CPU,Core,Socket,Node,,L1d,L1i,L2,L3
0,0,0,0,,0,0,0,0
1,1,0,0,,1,1,1,0
2,0,0,0,,0,0,0,0
3,1,0,0,,1,1,1,0
"""


def test_the_parsable_table_alone() -> None:
    """It should count what has a row, and leave the totals out when the last row is cut."""
    facts = reading("lscpu", TABLE).facts
    assert [facts[name] for name in ("cpus", "sockets", "cores_per_socket", "threads_per_core")] == [4, 1, 2, 2]
    cut = reading("lscpu", TABLE[:-8])
    assert cut.status is Measured.ERROR
    assert not cut.facts


def test_the_table_as_json() -> None:
    """It should read lscpu -e -J, where an offline CPU has no place."""
    rows = [{"cpu": 0, "node": 0, "socket": 0, "core": 0, "online": True, "maxmhz": 3700.5}]
    rows.append({"cpu": 1, "node": None, "socket": None, "core": None, "online": False, "maxmhz": None})
    facts = reading("lscpu", json.dumps({"cpus": rows})).facts
    assert (facts["cpus"], facts["online_cpus"], facts["cores"], facts["max_mhz"]) == (2, 1, 1, 3700.5)


@pytest.mark.parametrize("text", ["CPU(s): 8\n", '{"lscpu": "none"}', '{"other": []}', "Model name: x\nSocket(s): 1\n"])
def test_what_is_not_lscpu(text: str) -> None:
    """It should need more than one key that another tool may print too."""
    assert reading("lscpu", text).status is Measured.ERROR

"""lshw: one tree, two formats."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

XML = recording("lshw-xml", "list_form")


def test_both_formats_agree() -> None:
    """It should give the same facts of one machine."""
    from_json = dict(reading("lshw-json", recording("lshw-json", "older_object_form")).facts)
    assert from_json.pop("top_is_list") is False
    assert from_json == reading("lshw-xml", XML).facts


def test_without_the_list_around_it() -> None:
    """It should read older XML and newer JSON."""
    bare = XML.replace("<list>\n", "").replace("</list>\n", "")
    assert reading("lshw-xml", bare).facts == reading("lshw-xml", XML).facts
    as_list = reading("lshw-json", f"[{recording('lshw-json', 'older_object_form')}]")
    assert as_list.facts["top_is_list"] is True


def test_a_cut_tree_counts_nothing() -> None:
    """It should give what came whole, without counts of what is listed."""
    report = reading("lshw-xml", XML[: XML.index('<node id="pci"')])
    assert report.facts["system.product"] == "QX-8G (QX-8G-H200)"
    assert report.facts["cpu0.product"] == "INTEL(R) XEON(R) PLATINUM 8570"
    assert "cpus" not in report.facts and "network" not in report.facts
    assert not report.complete


def test_a_cut_value_is_no_value() -> None:
    """It should not take a serial number whose end is missing."""
    facts = reading("lshw-xml", XML[: XML.index("QX8G-000417") + 5]).facts
    assert "system.serial" not in facts


def test_empty_and_disabled_sockets() -> None:
    """It should count CPUs that are there and work, and ports that are merely down."""
    facts = reading("lshw-xml", XML.replace('id="cpu:0"', 'id="cpu:0" disabled="true"')).facts
    assert facts["cpus"] == 0
    assert facts["network"] == 1


def test_memory_of_a_device_is_not_the_systems() -> None:
    """It should take only memory that holds banks."""
    extra = (
        '<node id="memory" class="memory"><description>RAM memory</description><size units="bytes">4096</size></node>'
    )
    text = XML.replace("</list>", extra + "</list>")
    assert reading("lshw-xml", text).facts["memory.bytes"] == 206158430208


def test_one_size_unknown_makes_the_sum_unknown() -> None:
    """It should not add up part of the memory."""
    text = XML.replace('<size units="bytes">206158430208</size>', "")
    assert reading("lshw-xml", text).facts["memory.bytes"] is None


@pytest.mark.parametrize(
    "text", ["<html/>", "<list/>", "<node/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><list>&b;</list>", "no xml"]
)
def test_what_is_no_tree(text: str) -> None:
    """It should refuse it, and entities too."""
    assert reading("lshw-xml", text).status is Measured.ERROR


def test_a_deep_tree() -> None:
    """It should refuse what nests without end."""
    assert reading("lshw-xml", "<node>" * 50_000).status is Measured.ERROR
    assert reading("lshw-json", '{"id": "a", "class": "b", "children": [' * 3_000).status is Measured.ERROR


BANK = '{"id": "bank:%d", "class": "memory", "slot": "P1-A%d", "serial": "%s"%s}'


def test_a_socket_without_a_module_is_empty() -> None:
    """It should count a bank as installed by its size or its serial number, whatever the description says."""
    banks = [BANK % (0, 1, "53963974", ""), BANK % (1, 2, "NO DIMM", ""), BANK % (2, 3, "", ', "size": 17179869184')]
    memory = f'{{"id": "memory", "class": "memory", "size": 34359738368, "children": [{",".join(banks)}]}}'
    facts = reading("lshw-json", f'{{"id": "h", "class": "system", "children": [{memory}]}}').facts
    assert (facts["memory.banks"], facts["memory.installed"]) == (3, 2)
    assert facts["bank1.serial"] is None
    assert facts["memory.bytes"] == 34359738368


def test_memory_of_a_virtual_machine() -> None:
    """It should know the memory that has no banks by its description."""
    memory = '{"id": "memory", "class": "memory", "description": "System memory", "size": 8589934592}'
    assert reading("lshw-json", memory).facts["memory.bytes"] == 8589934592


def test_a_class_without_the_lists_brackets() -> None:
    """It should read the objects that older versions print one after another for -class."""
    port = '{"id": "network:%d", "class": "network", "logicalname": "eth%d", "configuration": {"link": "%s"}}'
    text = "WARNING: you should run this program as super-user.\n" + port % (0, 0, "no")
    facts = reading("lshw-json", f"{port % (0, 0, 'yes')},\n{port % (1, 1, 'no')},\n").facts
    assert facts["network"] == 2
    assert (facts["network0.link"], facts["network1.link"]) == ("yes", "no")
    assert reading("lshw-json", text).facts["network"] == 1


def test_sockets_tell_their_cores() -> None:
    """It should read cores and threads as numbers."""
    cpu = '{"id": "cpu:0", "class": "processor", "configuration": {"cores": "12", "threads": "24"}}'
    facts = reading("lshw-json", cpu).facts
    assert (facts["cpus"], facts["cpu0.cores"], facts["cpu0.threads"]) == (1, 12, 24)

"""XML read as far as it goes."""

import pytest

from gatehouse.vendors.xml_document import MAX_DEPTH, read_xml

DOCUMENT = "<log><gpu id='a'><temp> 40 C </temp><pci><bus>01</bus></pci></gpu><gpu id='b'><temp>41 C</temp></gpu></log>"


def test_a_whole_document() -> None:
    """It should give the tree, with texts stripped and attributes kept."""
    root, stopped = read_xml(DOCUMENT)
    assert root is not None
    assert stopped == ""
    assert root.whole
    first, second = root.each("gpu")
    assert first.words("temp") == "40 C"
    assert first.words("pci/bus") == "01"
    assert first.words("pci/slot", "pci/bus") == "01"
    assert first.words("pci/slot") is None
    assert second.attributes == {"id": "b"}


@pytest.mark.parametrize("end", range(1, len(DOCUMENT)))
def test_a_cut_document_gives_what_came_whole(end: int) -> None:
    """It should count only elements whose end was seen."""
    root, stopped = read_xml(DOCUMENT[:end])
    assert stopped
    gpus = list(root.each("gpu")) if root else []
    assert len(gpus) == DOCUMENT[:end].count("</gpu>")
    assert all(gpu.words("temp") in ("40 C", "41 C") for gpu in gpus)


def test_entities_are_refused() -> None:
    """It should not expand what a document defines."""
    root, stopped = read_xml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert root is None
    assert "Entities" in stopped


def test_external_entities_are_refused() -> None:
    """It should read no file that a document names."""
    root, stopped = read_xml('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>')
    assert root is None
    assert stopped


def test_the_document_type_of_nvidia_smi_is_no_entity() -> None:
    """It should read a document that names its type, without fetching it."""
    root, stopped = read_xml('<?xml version="1.0" ?>\n<!DOCTYPE log SYSTEM "nvsmi_device_v12.dtd">\n<log/>')
    assert root is not None
    assert not stopped


def test_depth_is_bounded() -> None:
    """It should stop at documents that are nested to hurt."""
    _, stopped = read_xml("<a>" * (MAX_DEPTH + 1))
    assert "deeper" in stopped
    assert read_xml("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)[1] == ""


@pytest.mark.parametrize("text", ["", "no xml", "<a><b></a>", "<a>&undefined;</a>", "<a b=1/>"])
def test_broken_documents(text: str) -> None:
    """It should say what stopped it and never raise."""
    assert read_xml(text)[1]

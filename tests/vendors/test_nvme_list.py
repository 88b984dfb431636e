"""nvme list, as JSON and as a table."""

import json

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured

HEAD, RULE, *ROWS = recording("nvme-list-text", "v2_with_generic_column").splitlines(keepends=True)


def test_a_namespace_of_a_subsystem_without_its_own_controller_list() -> None:
    """It should be found under the subsystem, once."""
    document = {
        "Devices": [
            {
                "Subsystems": [
                    {"Controllers": [{"SerialNumber": "A", "Namespaces": []}], "Namespaces": [{"NameSpace": "nvme0n1"}]}
                ]
            }
        ]
    }
    facts = reading("nvme-list-json", json.dumps(document)).facts
    assert facts["devices"] == 1
    assert facts["dev0.path"] == "/dev/nvme0n1"
    assert facts["dev0.size_b"] is None


def test_a_row_shifted_against_the_dashes() -> None:
    """It should be read by its usage and format, which nothing else looks like."""
    shifted = ROWS[0].replace("KCM7DRUG7T68          ", "KCM7DRUG7T68  ")
    facts = reading("nvme-list-text", HEAD + RULE + shifted).facts
    assert (facts["dev0.serial"], facts["dev0.model"], facts["dev0.fw"]) == ("8DK0A01XT5M8", "KCM7DRUG7T68", "1UETE102")
    assert facts["dev0.used"] == "12.88 GB"


def test_a_row_that_fits_nothing() -> None:
    """It should be left out and said to be."""
    report = reading("nvme-list-text", HEAD + RULE + "/dev/nvme9n1 strange\n" + ROWS[1])
    assert "dev0.serial" not in report.facts
    assert report.facts["dev1.path"] == "/dev/nvme1n1"
    assert not report.complete


def test_no_drive() -> None:
    """It should be a table of none."""
    assert reading("nvme-list-text", HEAD + RULE).facts == {"devices": 0}


@pytest.mark.parametrize("text", [HEAD, RULE, "a\n--- --- ---\n"])
def test_what_is_no_table(text: str) -> None:
    """It should need the heading and the dashes under it."""
    assert reading("nvme-list-text", text).status is Measured.ERROR


@pytest.mark.parametrize("text", ["{}", "[]", '{"Devices": {}}', '{"Devices": ['])
def test_what_is_no_list(text: str) -> None:
    """It should refuse it."""
    assert reading("nvme-list-json", text).status is Measured.ERROR

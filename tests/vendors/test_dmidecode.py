"""dmidecode, whole dumps and single types."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

HEAD = "# dmidecode 3.3\nGetting SMBIOS data from sysfs.\nSMBIOS 3.3.0 present.\n"


def dimm(size: str, **more: str) -> str:
    """A memory device."""
    lines = "".join(f"\t{key.replace('_', ' ')}: {value}\n" for key, value in more.items())
    return f"\nHandle 0x0011, DMI type 17, 92 bytes\nMemory Device\n\tSize: {size}\n{lines}"


@pytest.mark.parametrize(
    ("printed", "mib"),
    [
        ("16384 MB", 16384),
        ("64 GB", 65536),
        ("1 TB", 1048576),
        ("512 kB", 0.5),
        ("No Module Installed", None),
        ("Unknown", None),
        ("16 bananas", None),
    ],
)
def test_sizes_are_powers_of_1024(printed: str, mib: float | None) -> None:
    """It should read dmidecode's units as the specification means them."""
    assert reading("dmidecode", HEAD + dimm(printed, Locator="A1") + dimm("1 GB")).facts["dimm0.size_mib"] == mib


@pytest.mark.parametrize(
    "word", ["Not Specified", "To Be Filled By O.E.M.", "Default string", "None", "<BAD INDEX>", ""]
)
def test_what_makers_leave_in_place_of_a_value(word: str) -> None:
    """It should be unknown: no serial number is called "Default string"."""
    text = HEAD + f"\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tSerial Number: {word}\n\tFamily: x\n"
    report = reading("dmidecode", text)
    assert report.facts["serial"] is None
    assert report.facts["system.serial"] is None


def test_both_kinds_of_indent() -> None:
    """It should read dumps whose tabs became blanks."""
    text = recording("dmidecode", "gpu_server_full_dump")
    assert reading("dmidecode", text.expandtabs(8)).facts == reading("dmidecode", text).facts


def test_deeper_lines_are_lists() -> None:
    """It should not take an item of a list for a key of the record."""
    text = HEAD + (
        "\nHandle 0x0000, DMI type 0, 24 bytes\nBIOS Information\n\tVendor: Acme\n\tCharacteristics:\n"
        "\t\tVendor: not a key\n\tVersion: 2\n"
    )
    facts = reading("dmidecode", text).facts
    assert facts["bios.vendor"] == "Acme"
    assert facts["bios.version"] == "2"


def test_declared_against_listed() -> None:
    """It should notice that structures are missing from a whole dump."""
    text = HEAD + "12 structures occupying 900 bytes.\n" + dimm("1 GB")
    report = reading("dmidecode", text)
    assert not report.complete
    assert "12 structures declared, 1 listed" in report.errors


def test_one_type_is_complete_without_a_count() -> None:
    """It should not ask a single type for the structures of the others."""
    assert reading("dmidecode", HEAD + dimm("1 GB", Locator="A1") + "\n").complete


def test_what_the_last_record_does_not_say() -> None:
    """It should not call a key unknown that may have been cut off."""
    text = HEAD + "\nHandle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Acme\n\tSerial Num"
    report = reading("dmidecode", text)
    assert report.facts["manufacturer"] == "Acme"
    assert "serial" not in report.facts
    assert not report.complete


def test_without_root() -> None:
    """It should be an error that carries dmidecode's own words."""
    report = reading("dmidecode", "# dmidecode 3.4\nScanning /dev/mem for entry point.\n/dev/mem: Permission denied\n")
    assert report.status is Measured.ERROR
    assert "Permission denied" in report.errors[0]


def test_several_processors_and_supplies() -> None:
    """It should number parts of which there are several, and keep the first system only."""
    cpu = "\nHandle 0x0004, DMI type 4, 48 bytes\nProcessor Information\n\tCore Count: {}\n\tStatus: {}\n"
    facts = reading(
        "dmidecode", HEAD + cpu.format(56, "Populated, Enabled") + cpu.format("Unknown", "Unpopulated")
    ).facts
    assert facts["cpu0.cores"] == 56
    assert facts["cpu1.cores"] is None
    assert facts["cpu1.status"] == "Unpopulated"


SUPPLY = """# dmidecode 3.3
Getting SMBIOS data from sysfs.
SMBIOS 3.3.0 present.

Handle 0x2700, DMI type 39, 22 bytes
System Power Supply
\tLocation: Not Specified
\tName: PWR SPLY,2800W
\tSerial Number: CN0001
\tMax Power Capacity: 2800 W
\tStatus: {status}
\tPlugged: Yes

Handle 0x2701, DMI type 39, 22 bytes
System Power Supply
\tName: PWR SPLY,2800W
\tStatus: Present, OK
\tPlugged: Yes
"""


@pytest.mark.parametrize(
    ("status", "signatures"),
    [
        ("Present, OK", []),
        ("Present, Unknown", []),
        ("Present, Critical", [("hardware", "psu0", "dmidecode.status")]),
        ("Present, Non-critical", [("hardware", "psu0", "dmidecode.status")]),
    ],
)
def test_a_power_supply_that_is_in_trouble(status: str, signatures: list[tuple[str, str, str]]) -> None:
    """It should pass on what the firmware calls critical, and not take unknown for it."""
    report = reading("dmidecode", SUPPLY.format(status=status))
    assert found(report) == signatures
    assert (report.facts["psus"], report.facts["psu0.max_power_w"]) == (2, 2800)


def test_whole_structures_of_a_cut_output_keep_their_unknowns() -> None:
    """It should say unknown of what a whole structure leaves out, and count nothing."""
    report = reading("dmidecode", SUPPLY.format(status="Present, OK").rstrip("\n"))
    assert report.facts["psu0.location"] is None
    assert "psus" not in report.facts
    assert not report.complete


def test_a_type_that_the_machine_does_not_have() -> None:
    """It should tell the versions and that nothing was printed: -t asked for what is not there."""
    report = reading("dmidecode", SUPPLY[: SUPPLY.index("Handle")])
    assert (report.facts["smbios"], report.facts["structures_listed"]) == ("3.3.0", 0)
    assert not report.complete


def test_older_words_for_the_configured_speed() -> None:
    """It should read Configured Clock Speed as the configured speed, in MHz or MT/s."""
    dimm = "Handle 0x1100, DMI type 17, 40 bytes\nMemory Device\n\tSize: 16384 MB\n\tConfigured Clock Speed: 2133 MHz\n"
    assert reading("dmidecode", f"# dmidecode 3.0\n{dimm}").facts["dimm0.configured_speed_mts"] == 2133


OLD = """# dmidecode 2.2
SMBIOS 2.4 present.
2 structures occupying 62 bytes.
Table at 0x000EE000.
Handle 0x0000
\tDMI type 0, 24 bytes.
\tBIOS Information
\t\tVendor: HP
\t\tVersion: A08
\t\tCharacteristics:
\t\t\tPCI is supported
Handle 0x0100
\tDMI type 1, 27 bytes.
\tSystem Information
\t\tManufacturer: HP
\t\tSerial Number: 3H0000K253
"""


def test_the_layout_before_version_2_10() -> None:
    """It should read structures whose type stands below their handle."""
    report = reading("dmidecode", OLD)
    assert (report.facts["bios.version"], report.facts["serial"]) == ("A08", "3H0000K253")
    assert report.complete


def test_keys_in_any_case() -> None:
    """It should know a key that some firmware writes in lower case."""
    chassis = "Handle 0x0300, DMI type 3, 21 bytes\nchassis information\n\tmanufacturer: hp\n\tserial number: 2m2336\n"
    assert reading("dmidecode", f"# dmidecode 2.11\n{chassis}").facts["chassis.serial"] == "2m2336"


def test_memory_devices_against_what_their_array_declares() -> None:
    """It should notice that memory devices are absent from the list."""
    array = "Handle 0x1000, DMI type 16, 23 bytes\nPhysical Memory Array\n\tNumber Of Devices: 4\n"
    device = "\nHandle 0x1100, DMI type 17, 40 bytes\nMemory Device\n\tSize: 16 GB\n"
    assert not reading("dmidecode", f"# dmidecode 3.3\n{array}{device * 3}").complete
    assert reading("dmidecode", f"# dmidecode 3.3\n{array}{device * 4}").complete


def test_no_entry_point() -> None:
    """It should be an error in dmidecode's own words."""
    report = reading("dmidecode", "# dmidecode 2.11\n# No SMBIOS nor DMI entry point found, sorry.\n")
    assert report.status is Measured.ERROR
    assert "No SMBIOS nor DMI entry point" in report.errors[0]

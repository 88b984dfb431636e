"""ipmitool sel elist."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

LINE = "  1f | {date} | {time} | {sensor} | {event} | {state}\n"


def event(
    text: str = "Uncorrectable ECC",
    *,
    date: str = "01/18/2023",
    time: str = "14:49:30",
    sensor: str = "Memory",
    state: str = "Asserted",
) -> str:
    """One event."""
    return LINE.format(date=date, time=time, sensor=sensor, event=text, state=state)


@pytest.mark.parametrize(
    ("date", "iso"),
    [("01/18/2023", "2023-01-18"), ("01/18/23", "2023-01-18"), ("2023-01-18", "2023-01-18"), ("Pre-Init", None)],
)
def test_dates(date: str, iso: str | None) -> None:
    """It should be ISO, or unknown before the BMC knew the time."""
    assert reading("ipmitool-sel-elist", event(date=date)).facts["e0.date"] == iso


@pytest.mark.parametrize(
    ("time", "printed", "day"),
    [
        ("14:49:30", "14:49:30", "14:49:30"),
        ("06:50:53 PM PDT", "06:50:53", "18:50:53"),
        ("12:10:00 AM PST", "12:10:00", "00:10:00"),
        ("12:10:00 PM CET", "12:10:00", "12:10:00"),
        ("09:33:22 UTC", "09:33:22", "09:33:22"),
        ("0000000011", None, None),
    ],
)
def test_times(time: str, printed: str | None, day: str | None) -> None:
    """It should read both clocks; noon and midnight are the trap."""
    facts = reading("ipmitool-sel-elist", event(time=time)).facts
    assert facts["e0.time"] == printed
    assert facts.get("e0.time24") == day


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("Uncorrectable ECC (@DIMMG1(CPU1))", "sel.memory_uncorrectable"),
        ("Bus Fatal Error", "sel.pcie_fatal"),
        ("PCI SERR", "sel.pcie_fatal"),
        ("Power Supply AC lost", "sel.power_supply"),
        ("IERR", "sel.cpu"),
        ("Drive Fault", "sel.drive"),
        ("Lower Critical going low ", "sel.threshold_critical"),
        ("Upper Non-recoverable going high", "sel.threshold_critical"),
        ("Upper Non-critical going high", None),
        ("Correctable ECC", None),
        ("Presence detected", None),
        ("Transition to Non-Critical from OK", None),
    ],
)
def test_what_is_grave(text: str, signature: str | None) -> None:
    """It should tell critical from non-critical."""
    report = reading("ipmitool-sel-elist", event(text))
    assert [s for _, _, s in found(report)] == ([signature] if signature else [])
    assert report.facts["critical"] == (1 if signature else 0)


def test_an_event_that_was_taken_back() -> None:
    """It should count it and not call it a finding."""
    text = "Power Supply AC lost"
    report = reading("ipmitool-sel-elist", event(text) + event(text, state="Deasserted"))
    assert report.facts["critical"] == 1
    assert not found(report)


def test_one_finding_for_many_records() -> None:
    """It should not flood: a sensor's event is told once."""
    assert len(found(reading("ipmitool-sel-elist", event() * 40))) == 1


def test_ids_are_hexadecimal() -> None:
    """It should read 1f as 31."""
    assert reading("ipmitool-sel-elist", event()).facts["e0.id"] == 31


@pytest.mark.parametrize(
    ("sensor", "text", "junk"),
    [("Unknown #0xff", "", True), ("Unknown #0xff", "State Asserted", False), ("Memory", "", False)],
)
def test_junk(sensor: str, text: str, junk: bool) -> None:
    """It should know records that hold neither a sensor nor an event."""
    facts = reading("ipmitool-sel-elist", event(text, sensor=sensor)).facts
    assert facts["e0.junk"] is junk
    assert facts["real_entries"] == (0 if junk else 1)


def test_an_empty_log_is_an_answer() -> None:
    """It should be complete with no entry, from either stream."""
    for report in (
        reading("ipmitool-sel-elist", "SEL has no entries\n"),
        reading("ipmitool-sel-elist", "", 0, "SEL has no entries\n"),
    ):
        assert report.complete
        assert report.facts["entries"] == 0


@pytest.mark.parametrize("text", ["Get SEL Info command failed\n", "   1 - nothing\n"])
def test_no_log(text: str) -> None:
    """It should be an error, which is not an empty log."""
    assert reading("ipmitool-sel-elist", text, 1).status is Measured.ERROR


def test_an_empty_log_without_a_newline() -> None:
    """It should be complete: nothing can follow those words."""
    report = reading("ipmitool-sel-elist", "SEL has no entries")
    assert report.complete
    assert report.facts["entries"] == 0

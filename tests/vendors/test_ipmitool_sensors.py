"""ipmitool sdr elist."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

LINE = "Sensor           | 30h | {} |  7.1 | {}\n"


def sensor(said: str, status: str = "ok ") -> str:
    """One sensor."""
    return LINE.format(status, said)


@pytest.mark.parametrize(
    ("said", "value", "unit", "extra", "text"),
    [
        ("25 degrees C", 25, "degrees C", None, None),
        ("-4 degrees C", -4, "degrees C", None, None),
        ("7.20 Amps", 7.2, "Amps", None, None),
        ("110 Watts, Presence detected", 110, "Watts", "Presence detected", None),
        ("37 percent", 37, "percent", None, None),
        ("No Reading", None, None, None, None),
        ("Disabled", None, None, None, None),
        ("", None, None, None, None),
        ("Connected", None, None, None, "Connected"),
        ("0x01", None, None, None, "0x01"),
        ("S0/G0: working, Legacy ON state", None, None, None, "S0/G0: working, Legacy ON state"),
    ],
)
def test_readings(said: str, value: float | None, unit: str | None, extra: str | None, text: str | None) -> None:
    """It should tell numbers with units from words, and both from nothing."""
    facts = reading("ipmitool-sdr-elist", sensor(said)).facts
    assert (facts["Sensor.value"], facts.get("Sensor.unit"), facts.get("Sensor.extra")) == (value, unit, extra)
    assert facts.get("Sensor.text") == text


@pytest.mark.parametrize(
    ("status", "signature"),
    [
        ("ok ", None),
        ("ns ", None),
        ("nc ", "ipmi.sensor_noncritical"),
        ("cr ", "ipmi.sensor_critical"),
        ("nr ", "ipmi.sensor_nonrecoverable"),
    ],
)
def test_the_bmcs_own_grade(status: str, signature: str | None) -> None:
    """It should be a finding from non-critical upward."""
    assert [s for _, _, s in found(reading("ipmitool-sdr-elist", sensor("90 degrees C", status)))] == (
        [signature] if signature else []
    )


@pytest.mark.parametrize(
    "said", ["Presence detected, Failure detected", "Power Supply AC lost", "Uncorrectable ECC", "IERR"]
)
def test_states_in_words(said: str) -> None:
    """It should judge words that tell of a fault though the status is ok."""
    assert found(reading("ipmitool-sdr-elist", sensor(said))) == [("hardware", "Sensor", "ipmi.sensor_state")]


def test_sensors_of_one_name() -> None:
    """It should number them from the second on, and lose none."""
    facts = reading("ipmitool-sdr-elist", sensor("1 RPM") + sensor("2 RPM") + sensor("3 RPM")).facts
    assert [facts[f"Sensor{suffix}.value"] for suffix in ("", "#2", "#3")] == [1, 2, 3]
    assert facts["sensors"] == 3


@pytest.mark.parametrize(("tail", "sensors"), [("5040 RPM", 2), ("5040 R", None), ("504", None), ("11", None)])
def test_a_last_line_without_its_end(tail: str, sensors: int | None) -> None:
    """It should take a reading whose unit is whole, and no number without its unit."""
    report = reading("ipmitool-sdr-elist", sensor("1 RPM") + LINE.format("ok ", tail).rstrip("\n"))
    assert report.facts.get("sensors") == sensors
    assert not report.complete


def test_sdr_list_is_read_as_well() -> None:
    """It should read the three columns of sdr list, and never a cut row of elist as one."""
    facts = reading("ipmitool-sdr-elist", "Fan1             | 5040 RPM          | ok\n").facts
    assert (facts["Fan1.value"], facts["Fan1.unit"], facts["Fan1.status"]) == (5040, "RPM", "ok")
    assert reading("ipmitool-sdr-elist", "Fan1             | 30h | ok").status is Measured.ERROR

"""For each expectation rounds that fail it, with part of what a person must read; and odd rounds that must pass."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

from round_samples import (
    JUDGED,
    OPENED,
    Spoil,
    planned,
    reading,
    result,
    unit,
    with_readings,
    with_result,
    with_unit,
)

from gatehouse.quality.round_data import RoundData

STRANGER = unit(77)


def _stuck(units: int, name: str = "temp_c") -> Spoil:
    """One value on every part of so many units; what else the round has of that name is gone."""

    def spoil(data: RoundData) -> RoundData:
        same = [reading(u, 35.0, name=name, part=f"gpu{part}") for u in data.units[:units] for part in range(2)]
        return replace(data, readings=(*same, *(r for r in data.readings if r.name != name)))

    return spoil


def _units(data: RoundData, **changes: Any) -> RoundData:
    """The round with every unit changed."""
    return replace(data, units=tuple(replace(u, **changes) for u in data.units))


def _only(field: str, count: int) -> Spoil:
    return lambda data: replace(data, **{field: getattr(data, field)[:count]})


FAILING: list[tuple[str, Spoil, str]] = [
    (
        "ExpectPlannedResultsMeasured",
        lambda data: replace(data, results=data.results[1:]),
        "one planned result is missing: h100-dvt-001: accelerator_health",
    ),
    (
        "ExpectPlannedResultsMeasured",
        lambda data: replace(
            with_unit(data, 1, measured_at=None), results=tuple(r for r in data.results if r.host != "h100-dvt-002")
        ),
        "(never visited: h100-dvt-002): h100-dvt-002: accelerator_health, identity_bom, kernel_log",
    ),
    (
        "ExpectPlannedUnitsInRound",
        lambda data: replace(data, units=data.units[1:]),
        "one unit is planned but not in the round: h100-dvt-001",
    ),
    ("ExpectUnits", _only("units", 0), "the round has no units"),
    (
        "ExpectUnitsPlanned",
        lambda data: replace(data, units=(*data.units, STRANGER)),
        "nothing is planned for one unit of the round: h100-dvt-077",
    ),
    (
        "ExpectUnitsListedOnce",
        lambda data: replace(data, units=(*data.units, unit(1, host="h100-dvt-099"))),
        "two units are listed under the serial H100DVT0001: h100-dvt-001, h100-dvt-099",
    ),
    (
        "ExpectSerialsReportedOnce",
        lambda data: with_unit(data, 1, claimed_serial=" h100dvt0001"),
        "two units report the serial H100DVT0001: h100-dvt-001, h100-dvt-002",
    ),
    (
        "ExpectSerialsOfInventory",
        lambda data: with_unit(data, 2, claimed_serial="H100EVT9000"),
        "one host with another serial than the inventory's: h100-dvt-003: reports H100EVT9000, not H100DVT0003",
    ),
    (
        "ExpectBootsSeenOnce",
        lambda data: with_unit(data, 3, boot_id=data.units[4].boot_id, claimed_serial=None),
        "by one machine, boot 6f1c2d3e-0000-4000-8000-000000000005: h100-dvt-004, h100-dvt-005",
    ),
    (
        "ExpectClocksInStep",
        lambda data: with_unit(data, 0, clock_skew_s=-3600.0),
        "one host with a clock more than 5 min off: h100-dvt-001: 60 min behind",
    ),
    ("ExpectClocksInStep", lambda data: with_unit(data, 0, clock_skew_s=300.5), "5.01 min ahead"),
    ("ExpectClocksInStep", lambda data: with_unit(data, 0, clock_skew_s=math.inf), "ahead"),
    ("ExpectResults", _only("results", 0), "the round has no results"),
    (
        "ExpectResultsPlanned",
        lambda data: replace(data, results=(*data.results, result(data.units[0], "fan_speed"))),
        "one result was not planned: h100-dvt-001: fan_speed",
    ),
    (
        "ExpectResultsPlanned",
        lambda data: replace(data, results=(*data.results, result(STRANGER, "kernel_log"))),
        "one result was not planned: h100-dvt-077: kernel_log",
    ),
    (
        "ExpectOneResultEach",
        lambda data: replace(data, results=(*data.results, data.results[5])),
        "two results for the same unit and diagnostic: h100-dvt-002: kernel_log, kernel_log",
    ),
    (
        "ExpectStatusWords",
        lambda data: with_result(data, 0, measured="DONE"),
        "one result with an unknown status: h100-dvt-001: accelerator_health DONE",
    ),
    ("ExpectStatusWords", lambda data: with_result(data, 0, measured=""), "accelerator_health nothing"),
    (
        "ExpectVerdictWords",
        lambda data: with_result(data, 0, verdict="pass"),
        "one result with an unknown verdict: h100-dvt-001: accelerator_health pass",
    ),
    (
        "ExpectVerdictsOfMeasurements",
        lambda data: with_result(data, 1, measured="SKIP"),
        "one result with a verdict on what was not measured: h100-dvt-001: identity_bom SKIP but PASS",
    ),
    (
        "ExpectVerdictsOfMeasurements",
        lambda data: with_result(data, 1, measured="ERROR", verdict="FAIL"),
        "ERROR but FAIL",
    ),
    (
        "ExpectResultsOfThisRound",
        lambda data: with_result(data, 0, started_at=OPENED - timedelta(hours=3)),
        "one result was not taken during the round: h100-dvt-001: accelerator_health started 3 h before the opening",
    ),
    (
        "ExpectResultsOfThisRound",
        lambda data: with_result(data, 0, started_at=JUDGED + timedelta(minutes=5)),
        "accelerator_health started 5 min after the judgement",
    ),
    (
        "ExpectStartTimes",
        lambda data: with_result(data, 0, started_at=None),
        "one result without a start time: h100-dvt-001: accelerator_health",
    ),
    (
        "ExpectResultsRecordedRecently",
        lambda data: with_result(data, 0, recorded_at=JUDGED - timedelta(days=20)),
        "within the 14 days before the judgement: h100-dvt-001: accelerator_health 20 days before",
    ),
    (
        "ExpectResultsRecordedRecently",
        lambda data: with_result(data, 0, recorded_at=JUDGED + timedelta(hours=3)),
        "accelerator_health 3 h after",
    ),
    (
        "ExpectPossibleDurations",
        lambda data: with_result(data, 0, duration_s=-2.0),
        "one result with an impossible duration: h100-dvt-001: accelerator_health -2 s",
    ),
    (
        "ExpectFiniteReadings",
        lambda data: with_readings(data, reading(data.units[0], math.nan, low=None, high=None)),
        "one reading without a finite value: h100-dvt-001: gpu0 temp_c nan degC",
    ),
    ("ExpectFiniteReadings", lambda data: with_readings(data, reading(data.units[0], -math.inf)), "-inf degC"),
    (
        "ExpectReadingsWithinPhysics",
        lambda data: with_readings(data, reading(data.units[0], 300.0)),
        "one reading is beyond physics: h100-dvt-001: gpu0 temp_c 300 degC above 130",
    ),
    (
        "ExpectReadingsWithinPhysics",
        lambda data: with_readings(data, reading(data.units[1], -1.0, name="ecc_count", unit="", low=0.0, high=None)),
        "gpu0 ecc_count -1 below 0",
    ),
    (
        "ExpectUnitsOfCatalogue",
        lambda data: replace(data, expected_units={"temp_c": "degF"}),
        "a reading has the wrong unit: temp_c is in degC instead of degF on h100-dvt-001, h100-dvt-002",
    ),
    (
        "ExpectOneUnitOfMeasurement",
        lambda data: with_readings(data, reading(data.units[0], 7000.0, name="power.limit_w", unit="mW")),
        "one reading in more than one unit of measurement: power.limit_w (W, mW)",
    ),
    (
        "ExpectSensorsToVary",
        _stuck(5),
        "temp_c of accelerator_health is exactly 35 degC in all 10 values of five units",
    ),
]

PASSING: list[tuple[str, Spoil]] = [
    (
        "a skipped diagnostic",
        lambda data: with_result(data, 0, measured="SKIP", verdict="NOT_APPLICABLE", started_at=None),
    ),
    ("a diagnostic that broke", lambda data: with_result(data, 0, measured="ERROR", verdict="NOT_APPLICABLE")),
    ("a bad machine", lambda data: with_result(data, 0, verdict="FAIL")),
    ("a machine that tells no serial", lambda data: _units(data, claimed_serial=None)),
    ("machines with an empty serial", lambda data: _units(data, claimed_serial=" ")),
    ("serials in small letters", lambda data: with_unit(data, 0, claimed_serial="h100dvt0001\n")),
    ("kernels that tell no boot id", lambda data: _units(data, boot_id="unknown")),
    ("hosts without a clock", lambda data: _units(data, clock_skew_s=None)),
    ("a clock just within", lambda data: with_unit(data, 0, clock_skew_s=-300.0)),
    ("a start within the tolerance", lambda data: with_result(data, 0, started_at=OPENED - timedelta(seconds=59))),
    ("the highest value", lambda data: with_readings(data, reading(data.units[0], 130.0))),
    ("the lowest value", lambda data: with_readings(data, reading(data.units[0], -40.0))),
    ("the same temperature on four units", _stuck(4)),
    ("the same limit everywhere", _stuck(6, "temp.limit_c")),
    ("no readings", _only("readings", 0)),
    (
        "a diagnostic more, in the plan too",
        lambda data: replace(
            data,
            planned=(*data.planned, planned(data.units[0], "fan_speed")),
            results=(*data.results, result(data.units[0], "fan_speed")),
        ),
    ),
]

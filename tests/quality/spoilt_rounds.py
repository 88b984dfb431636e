"""For each expectation rounds that fail it, with part of what a person must read; and odd rounds that must pass."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

from round_samples import (
    JUDGED,
    OPENED,
    Spoil,
    aside,
    change,
    check,
    finding,
    job,
    moved,
    output,
    planned,
    reading,
    result,
    shared,
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


def _more(field: str, *rows: Any) -> Spoil:
    return lambda data: replace(data, **{field: (*getattr(data, field), *rows)})


ONE, TWO = unit(1), unit(2)
DEAD = check(name="busbw", unit="", diagnostic="collective_bandwidth", least=478.93, most=478.93)

FAILING: list[tuple[str, Spoil, str]] = [
    (
        "ExpectRoundOpenedBefore",
        lambda data: replace(data, opened_at=JUDGED + timedelta(hours=3)),
        "the round was opened 3 h after it was judged: our own clock was set",
    ),
    ("ExpectRoundAskedFor", lambda data: replace(data, requested_by=" "), "does not say who asked for it"),
    (
        "ExpectSkusDescribed",
        lambda data: with_unit(data, 0, sku="b200-8x"),
        "units of a SKU that it fixed no limits for: b200-8x",
    ),
    (
        "ExpectFewSetAside",
        lambda data: aside(data, 0, 1, 2, 3),
        "4 of 18 results are set aside, more than 20%: release some, or run a new round",
    ),
    (
        "ExpectMandatoryMeasured",
        lambda data: replace(
            data,
            results=tuple(
                replace(r, measured="ERROR", verdict="NOT_APPLICABLE", reason="dmidecode: missing")
                if r.diagnostic == "identity_bom"
                else r
                for r in data.results
            ),
        ),
        "one mandatory diagnostic was measured on none of six units: identity_bom",
    ),
    (
        "ExpectClocksSteady",
        lambda data: with_unit(data, 0, clock_skew_s=-42.0),
        "one host with a clock that moved more than 10 s since the last visit: h100-dvt-001: by 42.9 s to 42 s behind",
    ),
    (
        "ExpectVisitsDuringRound",
        lambda data: with_unit(data, 0, measured_at=JUDGED + timedelta(hours=3)),
        "one visit not of this round: h100-dvt-001: 3 h after the judgement",
    ),
    (
        "ExpectVisitsDuringRound",
        lambda data: with_unit(data, 0, measured_at=OPENED - timedelta(hours=3)),
        "h100-dvt-001: 3 h before the opening",
    ),
    (
        "ExpectOutputsOfResults",
        lambda data: with_result(data, 0, outputs=0, whole_outputs=0),
        "one measured result without a whole raw output behind it: h100-dvt-001: accelerator_health (no output)",
    ),
    (
        "ExpectOutputsOfResults",
        lambda data: with_result(data, 0, outputs=2, whole_outputs=0),
        "accelerator_health (two outputs, none of them whole)",
    ),
    (
        "ExpectFailuresExplained",
        lambda data: with_result(data, 0, verdict="FAIL"),
        "one FAIL without a limit or finding that condemns: h100-dvt-001: accelerator_health",
    ),
    (
        "ExpectPassesUncontradicted",
        lambda data: with_result(data, 0, failing_limits=2),
        "one PASS with a limit or finding that condemns: h100-dvt-001: accelerator_health (two broken limits)",
    ),
    (
        "ExpectReasonsOfHoles",
        lambda data: with_result(data, 0, measured="SKIP", verdict="NOT_APPLICABLE", reason=" "),
        "one result not measured, without a reason: h100-dvt-001: accelerator_health SKIP",
    ),
    (
        "ExpectLimitsInOrder",
        lambda data: with_readings(data, reading(ONE, 41.0, least=85.0, most=20.0)),
        "one reading held against a limit that nothing can keep: h100-dvt-001: gpu0 temp_c 41 degC against 85 to 20",
    ),
    (
        "ExpectNumbersOrWords",
        lambda data: with_readings(data, reading(ONE, 41.0, also_a_word=True)),
        "one reading with a number and a text at once: h100-dvt-001: gpu0 temp_c 41 degC",
    ),
    (
        "ExpectFindingClasses",
        _more("findings", finding(ONE, kind="odd")),
        "one finding of an unknown class: h100-dvt-001: gpu3 temp_c is odd",
    ),
    (
        "ExpectViolationsGraded",
        _more("findings", finding(ONE, required=None), finding(TWO, severity="terrible")),
        "two broken limits without what was required or how grave it is: h100-dvt-001: gpu3 temp_c; h100-dvt-002",
    ),
    (
        "ExpectFindingsOnKnownParts",
        _more("findings", finding(ONE, kind="hardware", part="gpu9", signature="xid.79", part_known=False)),
        "one finding on a part that no reading of the unit knows: h100-dvt-001: gpu9 xid.79",
    ),
    (
        "ExpectOutputsFinished",
        _more("outputs", output(ONE, ended="running", exit_code=None)),
        "one output of a command that had not ended: h100-dvt-001: kernel_log-1-tool running",
    ),
    (
        "ExpectExitCodes",
        _more("outputs", output(ONE, exit_code=None)),
        "one command ended without leaving an exit code: h100-dvt-001: kernel_log-1-tool",
    ),
    ("ExpectHashes", _more("outputs", output(ONE, hashes=False, kept=False)), "one output without a SHA-256"),
    (
        "ExpectRawOutputsKept",
        _more("outputs", output(ONE, kept=False)),
        "one raw output not in the raw store, or empty there: h100-dvt-001: kernel_log-1-tool",
    ),
    (
        "ExpectRawOutputsIntact",
        _more("outputs", output(ONE, intact=False)),
        "one raw output not what was printed, for the hash is another: h100-dvt-001: kernel_log-1-tool",
    ),
    (
        "ExpectWholeOutputs",
        _more("outputs", output(ONE, truncated=True)),
        "one output cut because it was too long: h100-dvt-001: kernel_log-1-tool",
    ),
    (
        "ExpectJobsEndedFirst",
        _more("jobs", job(ONE, ended=False)),
        "one job measured without having ended: h100-dvt-001: kernel_log COMPLETE",
    ),
    (
        "ExpectJobsOver",
        _more("jobs", job(ONE, ended=False, result="ERROR")),
        "one job that nobody saw end, so it may still run: h100-dvt-001: kernel_log",
    ),
    (
        "ExpectJobsAcknowledged",
        _more("jobs", job(ONE, acknowledged=False)),
        "one job whose host was not told that its answer is stored: h100-dvt-001: kernel_log",
    ),
    (
        "ExpectJobsWithinLimits",
        _more("jobs", job(ONE, elapsed_s=7200.0)),
        "one job ran beyond its limit: h100-dvt-001: kernel_log 2 h instead of 61 min at most",
    ),
    (
        "ExpectPartsInOneUnit",
        _more("parts", shared(ONE, "1652922000001"), shared(TWO, "1652922000001", part="gpu5")),
        (
            "one part in more than one unit at once: gpu3, gpu5 with the serial 1652922000001 is in "
            "h100-dvt-001, h100-dvt-002"
        ),
    ),
    (
        "ExpectLoosePartsInOneUnit",
        _more("parts", shared(ONE, "80CE01", part="dimm4"), shared(TWO, "80CE01", part="dimm4")),
        "one part in more than one unit at once: dimm4 with the serial 80CE01 is in h100-dvt-001, h100-dvt-002",
    ),
    (
        "ExpectPartsToStay",
        _more("moves", moved(ONE, TWO)),
        (
            "one part moved from another unit: gpu3 of h100-dvt-001 (serial 1652922000001) was gpu3 of h100-dvt-002 in "
            "round 0b5e11aa22cc on 2026-05-02"
        ),
    ),
    (
        "ExpectSlotsUnchanged",
        _more("moves", moved(ONE, ONE, number="1652922000009")),
        "one part replaced: gpu3 of h100-dvt-001 has the serial 1652922000009, and had 1652922000001 in round",
    ),
    (
        "ExpectChecksAlive",
        _more("checks", DEAD),
        (
            "busbw of collective_bandwidth is exactly 478.93 in all 480 values of 10 rounds, "
            "and its limit never failed in 480"
        ),
    ),
    (
        "ExpectChecksAlive",
        _more("checks", check(least=35.0, most=35.0, limited=0)),
        "exactly 35 degC in all 480 values",
    ),
    (
        "ExpectDiagnosticsMeasuring",
        _more("checks", check(name="", unit="", diagnostic="cpu_sdc", measured=0, limited=0)),
        "cpu_sdc (no measurement in 480 results of 10 rounds)",
    ),
    (
        "ExpectUnitsUnchanged",
        _more("changes", change(unit="GiB/s")),
        (
            "one reading changed the unit of measurement: d2d.sum of accelerator_bandwidth is in GiB/s and was in GB/s "
            "in round 0b5e11aa22cc (driver of accelerator_health 535.161.08, now 550.54.15)"
        ),
    ),
    (
        "ExpectUnitsRightBefore",
        _more("changes", change(before_unit="GiB/s")),
        "one reading came in another unit than its name says in an earlier round",
    ),
    (
        "ExpectMediansInStep",
        _more("changes", change(median=364_900.0)),
        "d2d.sum of accelerator_bandwidth went from 364.9 to 364,900 GB/s, a factor of 1,000 (driver of",
    ),
    ("ExpectMediansInStep", _more("changes", change(median=364.9 / 8)), "a factor of 8"),
    (
        "ExpectMediansInStep",
        _more("changes", change(name="busbw", unit="", before_unit="", median=364.9 * 1024, versions="")),
        "a factor of 1,024 (no version of a tool changed that is known)",
    ),
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
        lambda data: with_result(
            data, 0, measured="SKIP", verdict="NOT_APPLICABLE", started_at=None, reason="no reader", whole_outputs=0
        ),
    ),
    (
        "a diagnostic that broke",
        lambda data: with_result(data, 0, measured="ERROR", verdict="NOT_APPLICABLE", reason="timed out"),
    ),
    ("a bad machine", lambda data: with_result(data, 0, verdict="FAIL", failing_limits=1)),
    ("a fifth of the results set aside", lambda data: aside(data, 0, 1, 2)),
    ("a clock that nobody saw before", lambda data: with_unit(data, 0, clock_skew_s=42.0, earlier_skew_s=None)),
    ("a command that never ran", _more("outputs", output(ONE, ended="not run", exit_code=None))),
    ("a job of a host that went away", lambda data: replace(data, jobs=())),
    ("two parts of a unit with one number", _more("parts", shared(ONE, "7"), shared(ONE, "7", part="gpu4"))),
    ("different parts with one number", _more("parts", shared(ONE, "7"), shared(TWO, "7", part="disk4"))),
    ("a counter that is 0 in all runs", _more("checks", check(name="crc.delta", unit="", least=0.0, most=0.0))),
    ("an idle rate of 0", _more("checks", check(name="pcie.bandwidth", unit="GB/s", least=0.0, most=0.0))),
    ("a setting alike everywhere", _more("checks", check(name="power.limit_w", unit="W", least=700.0, most=700.0))),
    ("a link speed alike everywhere", _more("checks", check(name="speed_gbps", unit="GB/s", least=26.5, most=26.5))),
    ("a capacity alike everywhere", _more("checks", check(name="fb.total_mib", unit="MiB", least=8e4, most=8e4))),
    ("one temperature in four rounds", _more("checks", check(rounds=4, least=35.0, most=35.0))),
    ("a still reading whose limit failed", _more("checks", check(least=97.0, most=97.0, broken=480))),
    ("a median that doubled", _more("changes", change(median=2 * 364.9))),
    ("a median that came from 0", _more("changes", change(before_median=0.0))),
    ("a count that grew eightfold", _more("changes", change(name="errors", unit="", before_unit="", median=8 * 364.9))),
    ("a machine that tells no serial", lambda data: _units(data, claimed_serial=None)),
    ("machines with an empty serial", lambda data: _units(data, claimed_serial=" ")),
    ("serials in small letters", lambda data: with_unit(data, 0, claimed_serial="h100dvt0001\n")),
    ("kernels that tell no boot id", lambda data: _units(data, boot_id="unknown")),
    ("hosts without a clock", lambda data: _units(data, clock_skew_s=None)),
    ("a clock just within", lambda data: with_unit(data, 0, clock_skew_s=-300.0, earlier_skew_s=-295.0)),
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

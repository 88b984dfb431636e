"""Numbers and quantities as tools print them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.readings import UNITS
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("42", 42),
        (" 42 ", 42),
        ("-8", -8),
        ("0", 0),
        ("70.00", 70.0),
        (".5", 0.5),
        ("1e-12", 1e-12),
        ("67,108,864", 67108864),
        (7, 7),
        (1.5, 1.5),
    ],
)
def test_numbers(said: object, number: float) -> None:
    """It should give the number, whole where it was printed whole."""
    value = number_or_unknown(said)
    assert value == number
    assert type(value) is type(number)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "-",
        "N/A",
        "[N/A]",
        "[Not Supported]",
        "Unknown Error",
        "ERR!",
        "nan",
        "inf",
        "0x1F",
        "1_000",
        "12 C",
        "1,23",
        None,
        True,
        False,
        float("nan"),
        float("inf"),
        "9" * 5000,
        "1e999",
        "٣",
        [],
        {},
    ],
)
def test_no_numbers(said: object) -> None:
    """It should say unknown, never 0, where there is no number."""
    assert number_or_unknown(said) is None


@pytest.mark.parametrize(
    "sentinel", [4294967295, 18446744073709551615, 2147483632, 9223372036854775794, 140737488355328.0]
)
def test_sentinels(sentinel: float) -> None:
    """It should not take all-ones or DCGM's blanks for measurements, as text or as a number."""
    assert number_or_unknown(sentinel) is None
    assert number_or_unknown(str(sentinel)) is None


@pytest.mark.parametrize(
    ("said", "unit", "value"),
    [
        ("512Mib", "mib", 512),
        ("102W", "w", 102),
        ("26.78 W", "w", 26.78),
        ("26780 mW", "w", 26.78),
        ("85  Celsius Degree", "c", 85),
        ("45.0°C", "c", 45.0),
        ("100 °C", "c", 100),
        ("132Mhz", "mhz", 132),
        ("1.98 GHz", "mhz", 1980),
        ("912.500 mV", "v", 0.9125),
        ("100 %", "pct", 100),
        ("25 GB/s", "gbps", 25),
        ("59.704 GBps", "gbps", 59.704),
        ("4000 KB/s", "gbps", 0.004),
        ("12305.96 Mbps", "mbps", 12305.96),
        ("100 Gb/s", "mbps", 100_000),
        ("1 GB/s", "mbytes_per_s", 1000),
        ("16 GT/s", "gts", 16),
        ("64 GiB", "mib", 65536),
        ("96 GB", "gb", 96),
        ("1.5 TFLOPS", "gflops", 1500),
        ("1 PFLOPS", "tflops", 1000),
        ("15 us", "ms", 0.015),
        ("34", "w", 34),
        (34, "w", 34),
    ],
)
def test_quantities(said: object, unit: str, value: float) -> None:
    """It should bring the printed unit to the one that was asked for."""
    assert quantity(said, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("102 W", "c"),
        ("25 GB/s", "gb"),
        ("25 GB", "gbps"),
        ("N/A", "w"),
        ("[N/A]", "mib"),
        ("34 parsecs", "w"),
        ("", "c"),
        ("ERR!", "pct"),
        ("Gb/s", "mbps"),
        ("12 W / 300 W", "w"),
        (None, "w"),
        (True, "w"),
    ],
)
def test_other_dimensions(said: object, unit: str) -> None:
    """It should say unknown rather than take one dimension for another."""
    assert quantity(said, unit) is None


def test_bits_and_bytes_are_told_apart() -> None:
    """It should know that b is an eighth of B, whatever the case of the prefix."""
    assert quantity("8 Gb/s", "gbps") == 1
    assert quantity("8 GB/s", "gbps") == 8


@given(st.integers(0, 10**9), st.sampled_from(["KiB", "MiB", "GiB", "kB", "MB", "GB"]))
def test_sizes_keep_their_order(size: int, unit: str) -> None:
    """It should never let a larger size come out smaller."""
    smaller, larger = quantity(f"{size} {unit}", "mib"), quantity(f"{size + 1} {unit}", "mib")
    assert smaller is not None
    assert larger is not None
    assert smaller < larger


@given(st.text(max_size=40), st.sampled_from(sorted(UNITS)))
def test_any_text(said: str, unit: str) -> None:
    """It should never raise, and give a finite number or nothing."""
    for value in (number_or_unknown(said), quantity(said, unit)):
        assert value is None or math.isfinite(value)


def test_words_and_flags() -> None:
    """It should keep words, and know those that say that there is none."""
    assert word_or_unknown("NVIDIA  H200 ") == "NVIDIA H200"
    assert word_or_unknown("Unknown Error") == "Unknown Error"
    assert [word_or_unknown(said) for said in ("N/A", "[N/A]", "", None, "[Not Supported]", "-")] == [None] * 6
    assert [flag_or_unknown(said) for said in ("Yes", "Active", "Enabled", True)] == [True] * 4
    assert [flag_or_unknown(said) for said in ("No", "Not Active", "Disabled", False)] == [False] * 4
    assert [flag_or_unknown(said) for said in ("N/A", "", None, "maybe")] == [None] * 4

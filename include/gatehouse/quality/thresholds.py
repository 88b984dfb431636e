"""The numbers of the judgement, each with its source."""

MAX_CLOCK_SKEW_S = 300.0  # RFC 4120 (Kerberos): five minutes is the skew at which a clock stops being believed

# Rounds are timed by our own machines, which NTP keeps within milliseconds; a minute forgives one that just booted.
CLOCK_TOLERANCE_S = 60.0

# A round is judged when its last visit ends. The longest soak of a ramp takes a week; twice that is an old round.
MAX_AGE_S = 14 * 24 * 3600.0

# Whole degrees and watts agree by chance on a few idle machines, hardly ever on all parts of five.
MIN_UNITS_TO_VARY = 5

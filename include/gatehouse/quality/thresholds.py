"""The numbers of the judgement, each with its source."""

MAX_CLOCK_SKEW_S = 300.0  # RFC 4120 (Kerberos): five minutes is the skew at which a clock stops being believed

# Rounds are timed by our own machines, which NTP keeps within milliseconds; a minute forgives one that just booted.
CLOCK_TOLERANCE_S = 60.0

# A round is judged when its last visit ends. The longest soak of a ramp takes a week; twice that is an old round.
MAX_AGE_S = 14 * 24 * 3600.0

# Whole degrees and watts agree by chance on a few idle machines, hardly ever on all parts of five.
MIN_UNITS_TO_VARY = 5
VARYING_UNITS = ("degC", "W")

# Between two visits a clock that anybody keeps stays where it is: NTP steps one that is off by 0.128 s (RFC 5905), and
# what a visit takes to ask for it blurs it by seconds. Ten seconds and more is a clock that was set, or runs by itself.
MAX_SKEW_CHANGE_S = 10.0

# More than a fifth left out, and what is left is a choice of what to believe: run a new round.
MAX_SHARE_ASIDE = 0.2

# A job's limit kills it on the host; a minute forgives the host's own bookkeeping.
JOB_GRACE_S = 60.0

# A live reading of whole degrees repeats by chance on one part; not in five runs in a row, twenty values and more.
MIN_ROUNDS_ALIKE = 5
MIN_VALUES_ALIKE = 20
ROUNDS_OF_HISTORY = 10  # how far back a judgement looks, in sound rounds of the program

# What units of measurement differ by: milli and kilo, kibi, bits and bytes, micro and mega.
UNIT_FACTORS = (8.0, 1000.0, 1024.0, 1e6)
FACTOR_TOLERANCE = 0.01  # 1000 and 1024 are 2.4 % apart, and a population's median hardly moves by more from run to run

RAW_OUTPUTS_READ = 25  # raw outputs that a judgement reads again in full; all are looked for

"""Pure decisions: readings and evidence in, verdicts and gate answers out. No I/O, no clock, no randomness."""

"""One file a family of criteria: each function asks the evidence one question and says what is still missing."""

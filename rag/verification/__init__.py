"""Whether a clause says what a sentence claims; deterministic, no model."""

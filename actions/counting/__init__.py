"""The calculators' arithmetic: deterministic, exact to the fen, and nothing but numbers in it."""

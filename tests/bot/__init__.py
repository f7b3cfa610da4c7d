"""Tests of what the engine runs, in the engine's own environment."""

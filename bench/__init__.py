"""Benchmarks: ours beside stock Rasa in the same run, as ratios."""

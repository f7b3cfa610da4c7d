"""Finds what a citizen's question is about: place, period, amount, age, worker, insurance."""

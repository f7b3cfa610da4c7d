"""Measures the understanding on labelled questions, and draws what it found."""

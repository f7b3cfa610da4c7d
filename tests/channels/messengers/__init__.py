"""Messengers: what they send us, what we send them, and what lies between."""

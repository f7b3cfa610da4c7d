"""Matters between agencies: drafted in the dialogue, confirmed, checked, signed, sent, followed."""

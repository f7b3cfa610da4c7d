"""A citizen's contribution record, explained."""

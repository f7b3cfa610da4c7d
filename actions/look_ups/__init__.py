"""The look-ups of the own record, one file for each public service."""

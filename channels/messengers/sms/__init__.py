"""Notices by SMS: that there is news, never what it is."""

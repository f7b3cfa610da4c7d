"""What the console keeps: staff and their sessions, entries and versions, publications."""

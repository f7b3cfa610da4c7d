"""Backups: the database and the folders in one place, the keys in another."""

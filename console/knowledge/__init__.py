"""The knowledge as the console handles it: shapes, checks, files, publication."""

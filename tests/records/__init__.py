"""Tests of what is kept, with a real PostgreSQL."""

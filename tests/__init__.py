"""Tests of Wenbao."""

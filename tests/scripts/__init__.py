"""Tests of the sandbox: the registry that it plays, and its people."""

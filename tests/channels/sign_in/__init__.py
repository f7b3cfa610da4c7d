"""Signing in, with the real provider of the sandbox and with one that lies."""

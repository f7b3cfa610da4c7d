"""The public gateway: everything that a citizen reaches, and nothing behind it."""

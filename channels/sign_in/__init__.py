"""Signing in: a one-time link, a trip to the identity provider, and a citizen who is known."""

"""Codes by SMS, through the public API."""

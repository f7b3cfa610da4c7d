"""Codes by SMS: who sends them, and the calls that send and check one."""

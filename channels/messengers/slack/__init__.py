"""Slack: direct messages from and to the members of a workspace."""

"""Telegram: messages from and to the users of a bot."""

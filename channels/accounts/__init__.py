"""The command for accounts at messengers: `python -m channels.accounts`."""

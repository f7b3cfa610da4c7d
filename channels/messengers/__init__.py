"""Messengers: a file or folder for each. A channel proves, translates, hands on, renders."""

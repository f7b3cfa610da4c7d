"""Linking a chat account to a citizen: the pages behind the link that the chat sends."""

"""The action server: what Wenbao does when words alone do not answer."""

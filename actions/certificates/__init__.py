"""The contribution certificate: set, signed, kept for verification, offered behind a link."""

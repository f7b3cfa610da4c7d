"""One person's own affairs: levels of a sign-in, consents, codes, look-ups, access for others."""

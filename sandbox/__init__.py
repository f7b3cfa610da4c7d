"""Stand-ins for the systems of other people: a registry and an identity provider."""

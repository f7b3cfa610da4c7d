"""The staff application: what Wenbao knows is written, reviewed and published here."""

"""Service centres: what may be written about them, and when they are open."""

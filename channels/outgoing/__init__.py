"""The way out: events that were stored as deliveries reach their provider, in order."""

"""What Wenbao knows, read from `data/knowledge`."""

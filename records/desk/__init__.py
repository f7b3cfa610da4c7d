"""What the gateway does while one of the staff talks with a citizen."""

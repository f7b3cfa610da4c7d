"""One's own data: to take away, or to have erased."""

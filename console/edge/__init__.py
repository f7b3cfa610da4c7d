"""What every request passes: headers, size, session, proof that it comes from our own page."""

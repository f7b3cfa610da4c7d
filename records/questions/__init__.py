"""What citizens asked, as the engine understood it, and what staff make of it."""

"""Exchange with other agencies: cases, their states, and the documents on their way."""

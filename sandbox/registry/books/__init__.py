"""What the back offices have on record, and how the contract writes it."""

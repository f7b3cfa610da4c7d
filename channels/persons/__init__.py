"""How a person is known in a text."""

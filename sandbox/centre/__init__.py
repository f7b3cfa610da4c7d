"""A service centre's own page, on another origin, that embeds the chat with one line."""

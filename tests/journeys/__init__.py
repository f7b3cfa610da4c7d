"""The whole running stack, through HTTP alone."""

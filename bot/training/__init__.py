"""From the wordings in `data/` to a model that knows how sure it may be."""

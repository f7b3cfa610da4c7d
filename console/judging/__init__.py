"""What comes before publishing: the indexer's gate, and help with wordings."""

"""What the engine and the indexer log. `logs` and `numbers` are those of `records/watch`, word for
word: the engine's environment has none of the app's packages."""

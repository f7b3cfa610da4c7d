"""What the engine runs: Rasa components of ours, pure computing but for their model files."""

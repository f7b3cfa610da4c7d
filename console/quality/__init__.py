"""How good the answers are: people label a sample without seeing what the engine thought."""

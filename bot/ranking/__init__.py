"""From a sentence to one calibrated decision over FAQ items and dialogue intents."""

"""How the engine is run: its door, its stores, and what takes weight out of Rasa."""

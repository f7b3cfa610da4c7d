"""Adapts the sentence encoder to our field: `make adapt`. Needs TensorFlow; nothing here serves."""

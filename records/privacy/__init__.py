"""What is owed to the citizens about their data: seals that turn, export, erasure, retention."""

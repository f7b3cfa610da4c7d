"""What a sentence is made of, before anything is decided: spelling, features, vectors."""

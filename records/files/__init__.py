"""What goes to and fro between citizens and actions unseen by the engine: forms and files."""

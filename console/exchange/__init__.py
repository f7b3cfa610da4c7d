"""Items as tables and files that leave the console and come back."""

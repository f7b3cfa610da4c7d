"""What all processes of the app log alike: JSON lines without numbers of persons."""

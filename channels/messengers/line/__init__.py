"""LINE: messages from and to the friends of an official account."""

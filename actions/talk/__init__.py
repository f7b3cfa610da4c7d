"""How an action hears a turn of the conversation and speaks."""

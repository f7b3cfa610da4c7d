"""The parts of a message's journey: how it is kept, how it is answered, whom we ask."""

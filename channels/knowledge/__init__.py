"""What the gateway itself knows: its sentences and the regions."""
